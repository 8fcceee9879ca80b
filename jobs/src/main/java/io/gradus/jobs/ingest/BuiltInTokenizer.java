package io.gradus.jobs.ingest;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import io.gradus.common.configuration.Section;
import io.gradus.common.workspace.Fingerprint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** OpenAI's byte-pair encodings, as jtokkit carries them. */
enum BuiltInTokenizer implements TokenizerDefinition {
  /** r50k_base, the tokenizer of GPT-2. */
  GPT2(EncodingType.R50K_BASE, 50257, 50256),
  /** cl100k_base. */
  CL100K(EncodingType.CL100K_BASE, 100277, 100257),
  /** o200k_base. */
  O200K(EncodingType.O200K_BASE, 200019, 199999);

  private final EncodingType encoding;
  private final int vocabularySize;
  private final int endOfText;

  BuiltInTokenizer(EncodingType encoding, int vocabularySize, int endOfText) {
    this.encoding = encoding;
    this.vocabularySize = vocabularySize;
    this.endOfText = endOfText;
  }

  @Override
  public String label() {
    return Section.name(this);
  }

  /** SHA-256 of the vocabulary as jtokkit carries it. */
  @Override
  public String digest() {
    String resource = encoding.getName() + ".tiktoken";
    try (InputStream vocabulary = Encodings.class.getResourceAsStream(resource)) {
      return Fingerprint.sha256(vocabulary.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public int endOfText() {
    return endOfText;
  }

  @Override
  public Tokenizer open() {
    Encoding loaded = Encodings.newLazyEncodingRegistry().getEncoding(encoding);
    return new Tokenizer() {
      @Override
      public int[] encode(String text) {
        return loaded.encodeOrdinary(text).toArray();
      }

      /** No alternative of their patterns goes on from something visible to a space. */
      @Override
      public boolean isCutAtSpaces() {
        return true;
      }
    };
  }
}
