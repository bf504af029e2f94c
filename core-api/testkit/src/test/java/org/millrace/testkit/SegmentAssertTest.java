package org.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.millrace.testkit.SegmentAssert.ack;
import static org.millrace.testkit.SegmentAssert.assertSegment;
import static org.millrace.testkit.SegmentAssert.ecn;
import static org.millrace.testkit.SegmentAssert.flags;
import static org.millrace.testkit.SegmentAssert.from;
import static org.millrace.testkit.SegmentAssert.hasFlags;
import static org.millrace.testkit.SegmentAssert.isArpReply;
import static org.millrace.testkit.SegmentAssert.isArpRequest;
import static org.millrace.testkit.SegmentAssert.isIcmp;
import static org.millrace.testkit.SegmentAssert.isTcp;
import static org.millrace.testkit.SegmentAssert.isUdp;
import static org.millrace.testkit.SegmentAssert.lacksFlags;
import static org.millrace.testkit.SegmentAssert.mss;
import static org.millrace.testkit.SegmentAssert.noMss;
import static org.millrace.testkit.SegmentAssert.noPayload;
import static org.millrace.testkit.SegmentAssert.noTimestamps;
import static org.millrace.testkit.SegmentAssert.noWindowScale;
import static org.millrace.testkit.SegmentAssert.payload;
import static org.millrace.testkit.SegmentAssert.sackPermitted;
import static org.millrace.testkit.SegmentAssert.seq;
import static org.millrace.testkit.SegmentAssert.timestamps;
import static org.millrace.testkit.SegmentAssert.to;
import static org.millrace.testkit.SegmentAssert.ttl;
import static org.millrace.testkit.SegmentAssert.validChecksums;
import static org.millrace.testkit.SegmentAssert.window;
import static org.millrace.testkit.SegmentAssert.windowScale;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.millrace.wire.IcmpHeader;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.TcpHeader;

class SegmentAssertTest {
    private static final Endpoint CLIENT = Endpoint.of("02:00:00:00:00:0a", "10.0.0.10", 4000);
    private static final Endpoint SERVER = Endpoint.of("02:00:00:00:00:0b", "10.0.0.11", 80);

    private static FrameBuilder syn() {
        return FrameBuilder.tcp().from(CLIENT).to(SERVER).seq(5).flags(TcpHeader.SYN).window(1000).mss(1460)
            .sackPermitted().timestamps(11, 12).windowScale(7).ecn(Ipv4Header.ECN_ECT0);
    }

    @Test
    void aBuiltSynHasAllThatWasAskedFor() {
        assertSegment(syn().build(), isTcp(), from(CLIENT), to(SERVER), seq(5), ack(0), flags(TcpHeader.SYN),
            lacksFlags(TcpHeader.ACK), window(1000), mss(1460), windowScale(7), sackPermitted(true),
            timestamps(11, 12), ecn(Ipv4Header.ECN_ECT0), ttl(64), noPayload(), validChecksums());
    }

    @Test
    void aPlainSegmentHasNoOptions() {
        byte[] frame = FrameBuilder.tcp().payload("hello!!").flags(TcpHeader.ACK | TcpHeader.PSH).build();
        assertSegment(frame, noMss(), noWindowScale(), noTimestamps(), sackPermitted(false), payload("hello!!"),
            payload("hello!!".getBytes(StandardCharsets.UTF_8)), hasFlags(TcpHeader.PSH),
            validChecksums());
    }

    @Test
    void theMessageListsEveryFaultAndTheFrame() {
        assertThatThrownBy(() -> assertSegment(syn().build(), seq(6), flags(TcpHeader.SYN | TcpHeader.ACK), mss(1400),
            window(1000), noTimestamps(), payload("x")))
            .isInstanceOf(AssertionError.class)
            .hasMessageContaining("seq: expected 6, was 5")
            .hasMessageContaining("flags: expected S., was S")
            .hasMessageContaining("mss: expected 1400, was 1460")
            .hasMessageContaining("timestamps: expected none, was 11 ecr 12")
            .hasMessageContaining("payload: expected \"x\", was \"\"")
            .hasMessageContaining("IP 10.0.0.10:4000 > 10.0.0.11:80 ect0: Flags [S], seq 5")
            .hasMessageContaining("0000  02 00 00 00 00 0b")
            .hasMessageNotContaining("window:");
    }

    @Test
    void aWrongProtocolIsAFaultAndNoCrash() {
        byte[] frame = FrameBuilder.udp().payload("abc").build();
        assertSegment(frame, isUdp(), payload("abc"), validChecksums());
        assertThatThrownBy(() -> assertSegment(frame, isTcp(), seq(1), flags(0), mss(1)))
            .hasMessageContaining("seq: expected 1, was absent").hasMessageContaining("expected TCP");
    }

    @Test
    void wrongChecksumsAreFound() {
        assertThatThrownBy(() -> assertSegment(syn().badChecksum().build(), validChecksums()))
            .hasMessageContaining("transport checksum: wrong").hasMessageContaining("(bad transport checksum)");
        byte[] frame = syn().build();
        frame[14 + Ipv4Header.TTL]++;
        assertThatThrownBy(() -> assertSegment(frame, validChecksums())).hasMessageContaining("IPv4 checksum: wrong");
    }

    @Test
    void arpIsChecked() {
        assertSegment(FrameBuilder.arpRequest(CLIENT, SERVER.address()), isArpRequest(SERVER.address()));
        assertSegment(FrameBuilder.arpReply(SERVER, CLIENT), isArpReply(SERVER.address()));
        assertThatThrownBy(() -> assertSegment(FrameBuilder.arpReply(SERVER, CLIENT), isArpRequest(SERVER.address())))
            .hasMessageContaining("ARP request for: expected 10.0.0.11, was absent")
            .hasMessageContaining("ARP 10.0.0.11 is-at 02:00:00:00:00:0b");
    }

    @Test
    void icmpErrorCitesTheFrame() {
        byte[] about = syn().build();
        byte[] error = FrameBuilder.unreachable(IcmpHeader.FRAGMENTATION_NEEDED, 1280, about).build();
        assertSegment(error, isIcmp(IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.FRAGMENTATION_NEEDED),
            validChecksums(), f -> f.icmp().nextHopMtu() == 1280 ? null : "mtu",
            payload(Arrays.copyOfRange(about, 14, 14 + 28)));
    }

    @Test
    void unsoundHeadersFailEveryAssertion() {
        byte[] frame = Arrays.copyOf(syn().build(), 40);
        assertThatThrownBy(() -> assertSegment(frame)).hasMessageContaining("IPv4 header TOTAL_LENGTH");
    }

    @Test
    void aCopyOfABuilderIsIndependent() {
        FrameBuilder base = FrameBuilder.tcp().mss(1);
        FrameBuilder variant = base.copy().seq(9).windowScale(2);
        assertSegment(base.build(), seq(0), noWindowScale(), mss(1));
        assertSegment(variant.build(), seq(9), windowScale(2), mss(1));
    }

    @Test
    void anyBytesCanBeDescribed() {
        long seed = 99;
        System.out.println("SegmentAssertTest seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        byte[][] frames = {syn().build(), FrameBuilder.udp().payload("x").build(), FrameBuilder.echoRequest(1, 2).build(),
            FrameBuilder.arpRequest(CLIENT, 1)};
        for (int n = 0; n < 20_000; n++) {
            byte[] frame = frames[random.nextInt(frames.length)].clone();
            for (int flips = random.nextInt(4); flips > 0; flips--) {
                frame[random.nextInt(frame.length)] = (byte) random.nextInt();
            }
            byte[] cut = Arrays.copyOf(frame, random.nextInt(frame.length + 1));
            assertThat(FrameText.describe(cut)).isNotEmpty();
        }
    }
}
