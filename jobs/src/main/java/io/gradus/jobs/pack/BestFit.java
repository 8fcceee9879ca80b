package io.gradus.jobs.pack;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Best-fit-decreasing packing of documents into sequences (Ding et al., Fewer Truncations Improve
 * Language Modeling, arXiv 2404.10830, section 3): documents longer than a sequence are cut into
 * sequences and a rest; all that is not a whole sequence is taken from the longest to the shortest
 * and put into the sequence with the least room that is enough, or into a new one. Sequences come
 * in the order of the first document in them, and parts inside a sequence in the order of
 * documents.
 */
final class BestFit {
  private BestFit() {}

  /**
   * A part of a document and its place.
   *
   * @param document the document's number
   * @param first the part's first token in the document
   * @param tokens of the part
   * @param sequence the sequence that it lies in, from 0
   * @param offset of its first token in the sequence
   */
  record Part(int document, long first, int tokens, int sequence, int offset) {}

  /**
   * Packs documents.
   *
   * @param lengths tokens of each document, at least 1, with what is added to it
   * @return all parts in the order of the sequences and of their places in them
   */
  static List<Part> pack(long[] lengths, int sequenceLength) {
    List<List<Chunk>> sequences = new ArrayList<>();
    List<Chunk> rests = new ArrayList<>();
    for (int document = 0; document < lengths.length; document++) {
      long first = 0;
      for (; lengths[document] - first >= sequenceLength; first += sequenceLength) {
        sequences.add(List.of(new Chunk(document, first, sequenceLength)));
      }
      if (first < lengths[document]) {
        rests.add(new Chunk(document, first, (int) (lengths[document] - first)));
      }
    }
    rests.sort(Comparator.comparingInt(Chunk::tokens).reversed().thenComparing(Chunk.IN_ORDER));
    // Sequences that are not full, by the room that is left in them, oldest first.
    NavigableMap<Integer, Deque<List<Chunk>>> byRoom = new TreeMap<>();
    for (Chunk chunk : rests) {
      Integer room = byRoom.ceilingKey(chunk.tokens);
      List<Chunk> sequence;
      if (room == null) {
        room = sequenceLength;
        sequence = new ArrayList<>();
        sequences.add(sequence);
      } else {
        Deque<List<Chunk>> candidates = byRoom.get(room);
        sequence = candidates.remove();
        if (candidates.isEmpty()) {
          byRoom.remove(room);
        }
      }
      sequence.add(chunk);
      if (room > chunk.tokens) {
        byRoom.computeIfAbsent(room - chunk.tokens, left -> new ArrayDeque<>()).add(sequence);
      }
    }
    return inOrder(sequences);
  }

  private static List<Part> inOrder(List<List<Chunk>> sequences) {
    List<List<Chunk>> sorted =
        sequences.stream()
            .map(sequence -> sequence.stream().sorted(Chunk.IN_ORDER).toList())
            .sorted(Comparator.comparing(sequence -> sequence.get(0), Chunk.IN_ORDER))
            .toList();
    List<Part> parts = new ArrayList<>();
    IntStream.range(0, sorted.size())
        .forEach(
            sequence -> {
              int offset = 0;
              for (Chunk chunk : sorted.get(sequence)) {
                parts.add(new Part(chunk.document, chunk.first, chunk.tokens, sequence, offset));
                offset += chunk.tokens;
              }
            });
    return parts;
  }

  /** What is put into a sequence as a whole. */
  private record Chunk(int document, long first, int tokens) {
    static final Comparator<Chunk> IN_ORDER =
        Comparator.comparingInt(Chunk::document).thenComparingLong(Chunk::first);
  }
}
