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
                ? new Part(rows, rank + worker * topology.ranks(), workers * topology.ranks())
                : new Part(rows, worker, workers);
        parts[rank * workers + worker] = part;
        batches[worker] = Rounded.up(length(rank, part), topology.microBatch());
      }
      rounds[rank] = new WorkerRounds(batches);
    }
  }

  /** The files of one worker as one stream. */
  private static final class Part implements Serializable {
    private static final long serialVersionUID = 1;

    private final int first;
    private final int step;
    private final long[] starts;

    /** Every {@code step}-th file from the first on. */
    Part(long[] rows, int first, int step) {
      this.first = first;
      this.step = step;
      int files = (int) Rounded.up(Math.max(0, rows.length - first), step);
      this.starts = new long[files + 1];
      for (int i = 0; i < files; i++) {
        starts[i + 1] = starts[i] + rows[first + i * step];
      }
    }

    long length() {
      return starts[starts.length - 1];
    }

    /** The row at a place of the stream, counted over all files. */
    long row(long place, long[] fileStarts) {
      int found = Arrays.binarySearch(starts, place);
      int file = found >= 0 ? found : -found - 2;
      // Empty files begin where the next one does.
      while (file + 1 < starts.length && starts[file + 1] == starts[file]) {
        file++;
      }
      return fileStarts[first + file * step] + place - starts[file];
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
      result[i] = part.row(place, fileStarts);
    }
    return result;
  }
}
