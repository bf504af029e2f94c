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
    }
}
