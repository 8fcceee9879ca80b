package io.gradus.jobs.verify;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Hugging Face's streaming {@code IterableDataset} after {@code split_dataset_by_node}, in a {@code
 * DataLoader} ({@code datasets/iterable_dataset.py}). Where the number of files is a multiple of
 * the ranks, files are dealt out to ranks in turn; otherwise every rank reads all of them and keeps
 * one row in R. A rank's files are dealt out to its workers in turn, which give their batches in
 * turn.
 */
final class HfStreamingOrder implements LoaderOrder {
  private static final long serialVersionUID = 1;

  private final Topology topology;
  private final boolean dealt;
  private final long[] fileStarts;
  private final Part[] parts;
  private final WorkerRounds[] rounds;

  /**
   * Lays out an epoch.
   *
   * @param rows of each file, in the order of their names
   */
  HfStreamingOrder(Topology topology, long[] rows) {
    this.topology = topology;
    this.dealt = rows.length % topology.ranks() == 0;
    this.fileStarts = new long[rows.length];
    for (int i = 1; i < rows.length; i++) {
      fileStarts[i] = fileStarts[i - 1] + rows[i - 1];
    }
    int workers = topology.streams();
    this.parts = new Part[topology.ranks() * workers];
    this.rounds = new WorkerRounds[topology.ranks()];
    for (int rank = 0; rank < topology.ranks(); rank++) {
      long[] batches = new long[workers];
      for (int worker = 0; worker < workers; worker++) {
        Part part =
            dealt
                ? Part.of(rows, rank + worker * topology.ranks(), workers * topology.ranks())
                : Part.of(rows, worker, workers);
        parts[rank * workers + worker] = part;
        batches[worker] = Rounded.up(length(rank, part), topology.microBatch());
      }
      rounds[rank] = new WorkerRounds(batches);
    }
  }

  /**
   * The files of one worker as one stream.
   *
   * @param first the first file
   * @param step from each file to the next
   * @param starts where each file begins in the stream, and the stream's end
   */
  private record Part(int first, int step, long[] starts) implements Serializable {
    static Part of(long[] rows, int first, int step) {
      int files = (int) Rounded.up(Math.max(0, rows.length - first), step);
      long[] starts = new long[files + 1];
      for (int i = 0; i < files; i++) {
        starts[i + 1] = starts[i] + rows[first + i * step];
      }
      return new Part(first, step, starts);
    }

    long length() {
      return starts[starts.length - 1];
    }
  }

  /** Samples that a rank gets of a worker's stream. */
  private long length(int rank, Part part) {
    if (dealt) {
      return part.length();
    }
    // An incomplete group of R at the end has a row for the first ranks only.
    long whole = part.length() / topology.ranks();
    return whole + (part.length() % topology.ranks() > rank ? 1 : 0);
  }

  @Override
  public long batches(int rank) {
    return rounds[rank].total();
  }

  @Override
  public int worker(int rank, long batch) {
    return rounds[rank].turn(batch).worker();
  }

  @Override
  public long[] batch(int rank, long batch) {
    WorkerRounds.Turn turn = rounds[rank].turn(batch);
    Part part = parts[rank * topology.streams() + turn.worker()];
    long first = turn.index() * topology.microBatch();
    long[] result = new long[(int) Math.min(topology.microBatch(), length(rank, part) - first)];
    for (int i = 0; i < result.length; i++) {
      long place = dealt ? first + i : (first + i) * topology.ranks() + rank;
      int found = Arrays.binarySearch(part.starts(), place);
      int file = found >= 0 ? lastWith(part.starts(), found) : -found - 2;
      result[i] = fileStarts[part.first() + file * part.step()] + place - part.starts()[file];
    }
    return result;
  }

  /** The last file that begins there, since empty ones begin where the next does. */
  private static int lastWith(long[] starts, int found) {
    int last = found;
    while (last + 1 < starts.length && starts[last + 1] == starts[found]) {
      last++;
    }
    return last;
  }
}
