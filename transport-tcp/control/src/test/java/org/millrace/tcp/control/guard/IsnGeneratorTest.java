package org.millrace.tcp.control.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.millrace.net.guard.SipHash;
import org.millrace.tcp.control.wire.Endpoints;

/** RFC 6528 §3: who knows one number knows none of other ends. */
class IsnGeneratorTest {
    private static final long SECOND_NS = 1_000_000_000;

    private final IsnGenerator numbers = new IsnGenerator(new SipHash(new byte[16]));

    private static Endpoints ends(int peerPort) {
        return new Endpoints(0x0a00_0002, 80, 0x0a00_0001, peerPort);
    }

    @Test
    void ofOneConnectionTheyRiseByAClockOfFourMicroseconds() {
        int first = numbers.next(ends(1000), 5 * SECOND_NS);
        assertThat(numbers.next(ends(1000), 6 * SECOND_NS) - first).isEqualTo(250_000);
    }

    @Test
    void ofNeighboursNothingFollows() {
        Set<Integer> steps = new HashSet<>();
        for (int port = 1000; port < 2000; port++) {
            steps.add(numbers.next(ends(port + 1), SECOND_NS) - numbers.next(ends(port), SECOND_NS));
        }
        assertThat(steps).as("differences from one port to the next").hasSizeGreaterThan(990);
    }

    @Test
    void anotherSecretGivesOthers() {
        byte[] key = new byte[16];
        key[0] = 1;
        assertThat(new IsnGenerator(new SipHash(key)).next(ends(1000), SECOND_NS)).isNotEqualTo(numbers.next(ends(1000), SECOND_NS));
    }
}
