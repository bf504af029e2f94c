package org.millrace.wire.steer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HalfSipHashTest {
    /** Of the reference code (vectors.h, vectors_hsip32): key 00 01 ... 07, the messages of 0, 4 and 8 bytes 00 01 .... */
    @Test
    void publishedVectors() {
        HalfSipHash hash = new HalfSipHash(0x0706050403020100L, 2, 4);
        assertThat(hash.of()).isEqualTo(0x5b9f35a9);
        assertThat(hash.of(0x03020100)).isEqualTo(0x89466e2a);
        assertThat(hash.of(0x03020100, 0x07060504)).isEqualTo(0x8f84b8d0);
    }

    @Test
    void threeWordsAreAMessageLikeAnyOther() {
        HalfSipHash hash = new HalfSipHash(0x0706050403020100L, 1, 3);
        assertThat(hash.of(1, -2, 3)).isEqualTo(hash.of(new int[] {1, -2, 3})).isNotEqualTo(hash.of(1, -2, 4));
    }
}
