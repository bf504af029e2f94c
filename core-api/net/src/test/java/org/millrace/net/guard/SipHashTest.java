package org.millrace.net.guard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SipHashTest {
    @Test
    void referenceVectorOfSixteenBytes() { // the authors' vectors_sip64[16]
        byte[] key = new byte[16];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) i;
        }
        assertThat(new SipHash(key).of(0x0706050403020100L, 0x0f0e0d0c0b0a0908L)).isEqualTo(0x3f2acc7f57c29bdbL);
    }

    @Test
    void keysMatter() {
        byte[] key = new byte[16];
        long one = new SipHash(key).of(1, 2);
        key[15] = 1;
        assertThat(new SipHash(key).of(1, 2)).isNotEqualTo(one);
    }
}
