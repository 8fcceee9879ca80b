package io.gradus.jobs.pack;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.util.SerializableConfiguration;

/** Writes the files that belong to no single shard, a task for each format. */
record FinishTask(String directory, List<FormatWriter> formats, SerializableConfiguration hadoop)
    implements ForeachPartitionFunction<Long> {

  @Override
  public void call(Iterator<Long> indices) throws IOException {
    PackFolder folder = new PackFolder(new Path(directory), hadoop.value());
    while (indices.hasNext()) {
      FormatWriter format = formats.get(indices.next().intValue());
      folder.finishFormat(format, format.finish(folder));
    }
  }
}
