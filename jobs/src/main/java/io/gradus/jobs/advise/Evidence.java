package io.gradus.jobs.advise;

import io.gradus.common.workspace.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is known about curricula, learning rates and averages, read from {@code evidence.json}. */
final class Evidence {
  private final Map<String, Claim> claims;

  private Evidence(Map<String, Claim> claims) {
    this.claims = claims;
  }

  /**
   * One finding.
   *
   * @param id what plans refer to it by
   * @param values its numbers by name
   * @param confidence {@code primary}: read in the source itself; {@code summary}: read in a
   *     third-party summary; {@code derived}: follows from others; {@code uncertain}: sources
   *     disagree or leave it open; {@code convention}: nothing measured stands behind it; {@code
   *     given}: a fact of this run
   */
  record Claim(
      String id,
      String claim,
      Map<String, Double> values,
      String source,
      String place,
      Scope scope,
      String confidence) {}

  /**
   * Where a finding was made.
   *
   * @param parameters of the model; 0 where no single number applies
   * @param tokens of the training run; 0 where no single number applies
   */
  record Scope(double parameters, double tokens, String text) {
    /** Whether a run differs from this scope by more than the factor. */
    boolean left(long runParameters, long runTokens, double factor) {
      return apart(parameters, runParameters, factor) || apart(tokens, runTokens, factor);
    }

    private static boolean apart(double known, long asked, double factor) {
      return known > 0 && (asked > known * factor || asked < known / factor);
    }
  }

  static Evidence load() {
    try (InputStream in = Evidence.class.getResourceAsStream("evidence.json")) {
      Map<String, Claim> claims = new LinkedHashMap<>();
      for (Claim claim :
          Json.read(new String(in.readAllBytes(), StandardCharsets.UTF_8), Claim[].class)) {
        claims.put(claim.id(), claim);
      }
      return new Evidence(claims);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Claim claim(String id) {
    Claim claim = claims.get(id);
    if (claim == null) {
      throw new IllegalArgumentException("no evidence with id " + id);
    }
    return claim;
  }

  double value(String id, String name) {
    Double value = claim(id).values().get(name);
    if (value == null) {
      throw new IllegalArgumentException("evidence " + id + " has no value " + name);
    }
    return value;
  }

  /** All findings whose id begins so, in the file's order. */
  List<Claim> claims(String prefix) {
    return claims.values().stream().filter(claim -> claim.id().startsWith(prefix)).toList();
  }
}
