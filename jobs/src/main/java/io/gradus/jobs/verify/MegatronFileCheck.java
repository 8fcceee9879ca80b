package io.gradus.jobs.verify;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedShards.PackedFormat;
import io.gradus.common.workspace.Json;
import java.io.IOException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Checks one of Megatron's two files: all of the index, and of the data what no shard's stretch
 * holds. The stretches are digested by the tasks that walk through the shards.
 */
record MegatronFileCheck(
    String directory,
    PackedShards table,
    PackedFormat format,
    PackedFile file,
    SerializableConfiguration hadoop)
    implements MapFunction<Long, String> {
  static final String INDEX_SUFFIX = ".idx";

  @Override
  public String call(Long once) throws IOException {
    Findings findings = new Findings(Findings.MOST_OF_PART);
    findings.checked(Check.STRUCTURE, 1);
    Path path = new Path(directory, file.path());
    try (FSDataInputStream in = path.getFileSystem(hadoop.value()).open(path)) {
      if (file.path().endsWith(INDEX_SUFFIX)) {
        checkIndex(in, findings);
      } else {
        checkLastDocument(in, findings);
      }
    }
    return Json.write(findings.summary());
  }

  private void checkIndex(FSDataInputStream in, Findings findings) throws IOException {
    RawTokens raw = new RawTokens(in, file.bytes(), format.tokenBytes());
    MegatronIndex.check(
        raw,
        file.path(),
        table.sequences(),
        table.stream().sequenceLength(),
        format.tokenBytes(),
        findings);
    findings.checked(Check.CHECKSUMS, 1);
    String digest = raw.sha256();
    if (!digest.equals(file.sha256())) {
      findings.breach(
          Check.CHECKSUMS,
          file.path(),
          "",
          "its SHA-256 is " + digest + " instead of " + file.sha256());
    }
  }

  private void checkLastDocument(FSDataInputStream in, Findings findings) throws IOException {
    long begin = table.sequences() * table.stream().sequenceLength() * format.tokenBytes();
    new Numbers(Check.STRUCTURE, file.path(), "", findings)
        .check("length in bytes", file.bytes(), begin + format.tokenBytes());
    if (file.bytes() != begin + format.tokenBytes()) {
      return;
    }
    in.seek(begin);
    int[] token = new int[1];
    new RawTokens(in, format.tokenBytes(), format.tokenBytes()).read(token, 1);
    if (token[0] != table.endOfText()) {
      findings.breach(
          Check.STRUCTURE,
          file.path(),
          "sequence " + table.sequences(),
          "the last document is token "
              + token[0]
              + " instead of end-of-text, "
              + table.endOfText());
    }
  }
}
