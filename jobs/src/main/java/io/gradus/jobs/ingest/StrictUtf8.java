package io.gradus.jobs.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** UTF-8 without replacement characters: what cannot be read or written exactly is refused. */
final class StrictUtf8 {
  private static final char REPLACEMENT = '\uFFFD';

  private static final int BUFFER = 1 << 13;

  private StrictUtf8() {}

  static String decode(byte[] bytes) throws Rejected {
    return decode(bytes, 0, bytes.length);
  }

  static String decode(byte[] bytes, int offset, int length) throws Rejected {
    String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) < 0) {
      return text;
    }
    // Either the text has this character itself, or the fastest way has put it in.
    ByteBuffer in = ByteBuffer.wrap(bytes, offset, length);
    try {
      return strictDecoder().decode(in).toString();
    } catch (CharacterCodingException e) {
      throw new Rejected(
          Reason.INVALID_UTF8, "not UTF-8 after " + (in.position() - offset) + " bytes");
    }
  }

  /** Refuses bytes that {@link #decode} refuses. */
  static void check(LongBytes bytes) throws Rejected {
    if (!bytes.areMany() || !isValid(bytes.stream(0, bytes.length()))) {
      decode(bytes.toArray());
    }
  }

  /** Whether a stream could be decoded, which holds little of it at a time. */
  static boolean isValid(InputStream bytes) {
    Reader reader = reader(bytes);
    char[] some = new char[BUFFER];
    try {
      int read;
      do {
        read = reader.read(some);
      } while (read >= 0);
      return true;
    } catch (CharacterCodingException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a text has nothing that is visible. */
  static boolean isBlank(LongBytes text) {
    if (text.length() > 0 && text.get(0) > ' ') {
      return false;
    }
    Reader reader = reader(text.stream(0, text.length()));
    try {
      int next = reader.read();
      while (next >= 0 && Character.isWhitespace(next)) {
        next = reader.read();
      }
      return next < 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Reader reader(InputStream bytes) {
    return new InputStreamReader(bytes, strictDecoder());
  }

  private static CharsetDecoder strictDecoder() {
    return StandardCharsets.UTF_8
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  static byte[] encode(String text) throws Rejected {
    if (!hasSurrogates(text)) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    CharBuffer in = CharBuffer.wrap(text);
    try {
      ByteBuffer out =
          StandardCharsets.UTF_8
              .newEncoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .encode(in);
      byte[] bytes = new byte[out.remaining()];
      out.get(bytes);
      return bytes;
    } catch (CharacterCodingException e) {
      throw new Rejected(
          Reason.UNPAIRED_SURROGATE, "half of a surrogate pair after " + in.position() + " chars");
    }
  }

  /** Most texts have none, and then nothing can go wrong in the fastest way. */
  private static boolean hasSurrogates(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }
}
