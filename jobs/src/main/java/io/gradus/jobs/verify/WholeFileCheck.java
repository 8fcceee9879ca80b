package io.gradus.jobs.verify;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedShards.PackedFormat;
import io.gradus.common.workspace.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Checks one of the files that Megatron and datatrove read beside the shards' stretches, and what
 * no shard's stretch holds of those that shards are joined to. The stretches are digested by the
 * tasks that walk through the shards.
 *
 * @param directory the pack stage's directory
 * @param sequences packed sequences, Megatron's last document of one token not counted
 */
record WholeFileCheck(
    String directory,
    long sequences,
    int sequenceLength,
    int endOfText,
    PackedFormat format,
    PackedFile file,
    SerializableConfiguration hadoop)
    implements MapFunction<Long, String> {
  private static final String MEGATRON_DATA = ".bin";
  private static final String MEGATRON_INDEX = ".idx";
  private static final String DATATROVE_DATA = ".ds";
  private static final String DATATROVE_ENDS = ".ds.index";

  /** Whether a file's stretches are digested and not the file itself. */
  static boolean isJoined(String path) {
    return path.endsWith(MEGATRON_DATA)
        || path.endsWith(DATATROVE_DATA)
        || path.endsWith(DATATROVE_ENDS);
  }

  @Override
  public String call(Long once) throws IOException {
    Findings findings = new Findings(Findings.MOST_OF_PART);
    findings.checked(Check.STRUCTURE, 1);
    Path path = new Path(directory, file.path());
    try (FSDataInputStream in = path.getFileSystem(hadoop.value()).open(path)) {
      if (file.path().endsWith(MEGATRON_DATA)) {
        checkTail(in, 1, "the last document is", findings);
      } else if (file.path().endsWith(DATATROVE_DATA)) {
        long row = sequenceLength + 1L;
        long tokens = sequences * sequenceLength;
        checkTail(in, Rounded.up(tokens, row) * row - tokens, "the last row holds", findings);
      } else if (!file.path().endsWith(DATATROVE_ENDS)) {
        checkAll(new RawTokens(in, file.bytes(), format.tokenBytes()), findings);
      }
    }
    return Json.write(findings.summary());
  }

  private void checkAll(RawTokens raw, Findings findings) throws IOException {
    if (file.path().endsWith(MEGATRON_INDEX)) {
      MegatronIndex.check(
          raw, file.path(), sequences, sequenceLength, format.tokenBytes(), findings);
    } else if (file.path().endsWith(MegatronOrderIndex.SUFFIX)) {
      MegatronOrderIndex.check(raw, file.path(), sequences, findings);
    } else {
      checkMetadata(raw, findings);
    }
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

  /** The end-of-text tokens after all sequences. */
  private void checkTail(FSDataInputStream in, long tokens, String what, Findings findings)
      throws IOException {
    long begin = sequences * sequenceLength * format.tokenBytes();
    long length = begin + tokens * format.tokenBytes();
    new Numbers(Check.STRUCTURE, file.path(), "", findings)
        .check("length in bytes", file.bytes(), length);
    if (file.bytes() != length) {
      return;
    }
    in.seek(begin);
    RawTokens raw = new RawTokens(in, tokens * format.tokenBytes(), format.tokenBytes());
    int[] token = new int[1];
    for (long i = 0; i < tokens; i++) {
      raw.read(token, 1);
      if (token[0] != endOfText) {
        findings.breach(
            Check.STRUCTURE,
            file.path(),
            "sequence " + sequences,
            what + " token " + token[0] + " instead of end-of-text, " + endOfText);
        return;
      }
    }
  }

  /** datatrove's three lines: tokenizer and token size, tokens, and the same for people. */
  private void checkMetadata(RawTokens raw, Findings findings) throws IOException {
    String text = new String(raw.bytes((int) raw.left()), StandardCharsets.UTF_8);
    String[] lines = text.split("\\R", -1);
    long row = sequenceLength + 1L;
    long tokens = Rounded.up(sequences * sequenceLength, row) * row;
    String size = lines[0].substring(lines[0].lastIndexOf('|') + 1);
    if (!size.equals(Integer.toString(format.tokenBytes()))) {
      findings.breach(
          Check.STRUCTURE,
          file.path(),
          "line 1",
          "the token size is " + size + " instead of " + format.tokenBytes());
    }
    if (lines.length != 3 || !lines[1].equals(Long.toString(tokens))) {
      findings.breach(
          Check.STRUCTURE,
          file.path(),
          "line 2",
          String.format(
              "says %s tokens instead of %d", lines.length > 1 ? lines[1] : "no", tokens));
    }
  }
}
