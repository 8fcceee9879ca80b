package io.gradus.common.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class TokenHashTest {
  private static final BigInteger PRIME = BigInteger.TWO.pow(61).subtract(BigInteger.ONE);

  @Property
  void partsMakeTheHashOfTheWhole(@ForAll int[] tokens, @ForAll @IntRange(max = 100) int cut) {
    int at = Math.min(cut, tokens.length);
    long left = hash(Arrays.copyOfRange(tokens, 0, at));
    long right = hash(Arrays.copyOfRange(tokens, at, tokens.length));
    assertThat(TokenHash.concatenate(left, right, tokens.length - at)).isEqualTo(hash(tokens));
  }

  @Property
  void isThePolynomialModuloThePrime(@ForAll @Size(max = 20) int[] tokens) {
    BigInteger base = BigInteger.valueOf(TokenHash.append(TokenHash.append(0, 0), 0) - 1);
    BigInteger expected = BigInteger.ZERO;
    for (int token : tokens) {
      expected =
          expected
              .multiply(base)
              .add(BigInteger.valueOf(Integer.toUnsignedLong(token) + 1))
              .mod(PRIME);
    }
    assertThat(hash(tokens)).isEqualTo(expected.longValueExact());
  }

  @Property
  void swappedTokensChangeTheHash(@ForAll int first, @ForAll int second) {
    if (first != second) {
      assertThat(hash(first, second)).isNotEqualTo(hash(second, first));
    }
  }

  @Property
  void bytesAndTokensHaveTheSameHash(@ForAll @Size(max = 50) short[] values) {
    int[] tokens = new int[values.length];
    Arrays.setAll(tokens, i -> Short.toUnsignedInt(values[i]));
    assertThat(TokenHash.of(TokenBytes.encode(tokens, 2), 2)).isEqualTo(hash(tokens));
    assertThat(TokenHash.of(TokenBytes.encode(tokens, 4), 4)).isEqualTo(hash(tokens));
  }

  private static long hash(int... tokens) {
    long hash = TokenHash.EMPTY;
    for (int token : tokens) {
      hash = TokenHash.append(hash, token);
    }
    return hash;
  }
}
