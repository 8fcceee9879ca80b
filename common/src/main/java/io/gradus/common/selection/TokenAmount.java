package io.gradus.common.selection;

import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Quantity;

/**
 * A number of tokens, absolute or as a share of a whole.
 *
 * @param tokens how many; -1 when the share counts
 * @param share from 0 to 1; 0 when the tokens count
 */
public record TokenAmount(long tokens, double share) implements java.io.Serializable {

  /** So many tokens. */
  public static TokenAmount of(long tokens) {
    return new TokenAmount(tokens, 0);
  }

  /** A share, from 0 to 1. */
  public static TokenAmount ofShare(double share) {
    return new TokenAmount(-1, share);
  }

  /** The amount for a whole of so many tokens; a share is rounded to the nearest token. */
  public long in(long whole) {
    return tokens >= 0 ? tokens : Math.round(whole * share);
  }

  /** The budget that this is of what can be selected: a share of something is at least a token. */
  public long budgetOf(long available) {
    long budget = in(available);
    return budget == 0 && share > 0 ? Math.min(1, available) : budget;
  }

  /** A key with an amount. */
  public static Key<TokenAmount> key(String name, String otherwise, String meaning) {
    return Key.parsed(name, "count or share", otherwise, TokenAmount::parse, meaning);
  }

  /**
   * Understands {@code 30B} and {@code 50%}.
   *
   * @throws IllegalArgumentException with a message for the user
   */
  public static TokenAmount parse(String text) {
    String value = text.strip();
    try {
      if (value.endsWith("%")) {
        double share = Double.parseDouble(value.substring(0, value.length() - 1).strip()) / 100;
        if (share >= 0 && share <= 1) {
          return ofShare(share);
        }
      } else {
        long tokens = Quantity.count(value);
        if (tokens >= 0) {
          return of(tokens);
        }
      }
    } catch (IllegalArgumentException notANumber) {
      // Told below, like a number out of range.
    }
    throw new IllegalArgumentException(
        "'" + text + "' is neither a count such as 30B nor a share from 0% to 100%");
  }

  /** The amount as {@link #parse} understands it, such as {@code 30B} or {@code 12.5%}. */
  @Override
  public String toString() {
    return tokens >= 0 ? Quantity.write(tokens) : percent();
  }

  private String percent() {
    double percent = Math.round(share * 1e8) / 1e6;
    if (percent / 100 != share) {
      percent = share * 100;
    }
    return percent == Math.rint(percent) ? Math.round(percent) + "%" : percent + "%";
  }
}
