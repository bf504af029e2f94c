package org.millrace.lab.tofino;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.Ipv4Header;

class LinkTest {
    private static final long SHORTEST_PS = 6_720; // 84 bytes at 100 Gbit/s

    private static byte[] frame(int bytes) {
        byte[] frame = new byte[bytes];
        frame[12] = 8;
        frame[14] = 0x45;
        frame[15] = 2; // ECN-capable
        return frame;
    }

    private static Link link(Link.Shape shape) {
        return new Link(shape, new SplittableRandom(1));
    }

    @Test
    void framesTakeTheLaneThatIsFreeFirst() {
        Link link = link(Link.Shape.of(2, 100_000, 1_000));
        assertThat(link.pass(0, frame(20))).as("padded to 64 bytes").isEqualTo(SHORTEST_PS + 1_000);
        assertThat(link.pass(0, frame(60))).isEqualTo(SHORTEST_PS + 1_000);
        assertThat(link.pass(0, frame(60))).isEqualTo(2 * SHORTEST_PS + 1_000);
        assertThat(link.busyPs()).isEqualTo(3 * SHORTEST_PS / 2);
    }

    @Test
    void aLongQueueMarksAndAFullOneDrops() {
        Link link = link(new Link.Shape(1, 100_000, 0, 0, 3_000, 1_000));
        int marked = 0;
        int dropped = 0;
        for (int i = 0; i < 6; i++) {
            byte[] frame = frame(1_000);
            dropped += link.pass(0, frame) == Link.NEVER ? 1 : 0;
            Ipv4Header ip = new Ipv4Header().wrap(MemorySegment.ofArray(frame), EthernetHeader.LENGTH);
            marked += ip.ecn() == Ipv4Header.ECN_CE && ip.checksumValid() ? 1 : 0;
        }
        assertThat(marked).as("found more than 1,000 bytes").isEqualTo(2);
        assertThat(dropped).as("found more than 3,000").isEqualTo(3);
        assertThat(link.dropped()).isEqualTo(3);
        assertThat(link.marked()).isEqualTo(2);
    }

    @Test
    void aPartOfTheFramesIsLost() {
        Link link = link(Link.Shape.of(1, 100_000, 0).frames(40_000));
        assertThat(link.pass(0, frame(60))).as("no sooner than that").isEqualTo(40_000);
        link.loss(0.25);
        int lost = 0;
        for (int i = 0; i < 10_000; i++) {
            lost += link.pass(0, frame(60)) == Link.NEVER ? 1 : 0;
        }
        assertThat(lost).isBetween(2_300, 2_700);
        assertThat(link.dropped()).isZero();
    }
}
