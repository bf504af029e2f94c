package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.ContextSize;
import org.millrace.sim.port.FrameLink;
import org.millrace.tcp.bbr.BbrAlgorithm;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.swift.SwiftAlgorithm;
import org.millrace.testkit.Impairment;

/** The plug-ins of this tree over a bottleneck with a long queue, in virtual time; whole data paths. */
class PlugInCongestionTest {
    private static final long MS = 1_000_000;
    private static final Pattern ROUND_TRIP = Pattern.compile("rtt=(\\d+)");

    private final TwoHosts.Choice choice = new TwoHosts.Choice();

    private long bitsPerSecond = 30_000_000;
    private TwoHosts.Pair pair;
    private TwoHosts hosts;

    private void begin(String congestion, double loss, long delayNs) {
        FlexToeFactory transport = new FlexToeFactory();
        transport.plug(new BbrAlgorithm());
        transport.plug(new SwiftAlgorithm());
        choice.transport = transport;
        choice.options = Map.of("congestion", congestion);
        choice.size = new ContextSize(4, ContextSize.DEFAULT.receiveBytes(), ContextSize.DEFAULT.transmitBytes(), 4096);
        choice.link = new FrameLink(delayNs, 1500, false).bitsPerSecond(bitsPerSecond);
        choice.impairment = new Impairment(7, loss, 0, 0, 0, Impairment.Side.RECEIVE);
        hosts = new TwoHosts(choice);
        pair = hosts.connect(Long.MAX_VALUE / 2, 0, 16 << 10);
        pair.server().finishing = false;
    }

    /** Part of the bottleneck that the stream gets for a time. */
    private double share(long ns) {
        long before = pair.server().received;
        hosts.world.run(ns);
        return (pair.server().received - before) * 8.0 / (bitsPerSecond * (ns / 1e9)) * 1514 / 1448;
    }

    private long roundTripUs() {
        String detail = hosts.client.status().connections().stream().filter(line -> line.peer() != null).findFirst().orElseThrow().detail();
        Matcher found = ROUND_TRIP.matcher(detail);
        assertThat(found.find()).as(detail).isTrue();
        return Long.parseLong(found.group(1));
    }

    @Test
    void bbrKeepsItsRateAtOnePercentLossWhereCubicDoesNot() {
        begin("plug-in:bbr", 0.01, 20 * MS);
        hosts.world.run(1_000 * MS);
        double bbr = share(4_000 * MS);
        begin("cubic", 0.01, 20 * MS);
        hosts.world.run(1_000 * MS);
        double cubic = share(4_000 * MS);
        System.out.println("bbr " + bbr + ", cubic " + cubic);
        assertThat(bbr).isGreaterThan(0.65);
        assertThat(cubic).isLessThan(bbr / 3);
    }

    @Test
    void bbrFillsTheBottleneckAndLeavesNoQueueThere() {
        begin("plug-in:bbr", 0, 20 * MS);
        hosts.world.run(2_000 * MS);
        for (int i = 0; i < 4; i++) {
            assertThat(share(500 * MS)).isGreaterThan(0.9);
            assertThat(roundTripUs()).isLessThan(80_000);
        }
    }

    /** A round trip of 200 us: the target is that, 25 us, and up to 125 us more; cubic fills whatever queue there is. */
    @Test
    void swiftKeepsTheQueueNearItsTarget() {
        bitsPerSecond = 1_000_000_000;
        begin("plug-in:swift", 0, 100_000);
        hosts.world.run(200 * MS);
        assertThat(share(200 * MS)).isGreaterThan(0.8);
        assertThat(roundTripUs()).isLessThan(600);
    }
}
