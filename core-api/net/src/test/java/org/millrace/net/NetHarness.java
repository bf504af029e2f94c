package org.millrace.net;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;
import org.millrace.wire.MacAddress;

/** An IP layer 10.0.0.1/24 at 02:00:00:00:00:01 with a router 10.0.0.254, everything it does recorded as text. */
final class NetHarness implements NetListener {
    static final long MS = 1_000_000L;
    static final long SECOND = 1_000 * MS;
    static final long OUR_MAC = 0x020000000001L;
    static final long PEER_MAC = 0x02000000000aL;
    static final int US = ip("10.0.0.1");
    static final int PEER = ip("10.0.0.10");
    static final int ROUTER = ip("10.0.0.254");
    static final int REMOTE = ip("192.0.2.7");

    static final String REQUEST_FOR_PEER = hex("ffffffffffff 020000000001 0806 0001080006040001"
            + "020000000001 0a000001 000000000000 0a00000a");
    static final String REPLY_OF_PEER = hex("020000000001 02000000000a 0806 0001080006040002"
            + "02000000000a 0a00000a 020000000001 0a000001");
    static final String REQUEST_OF_PEER = hex("ffffffffffff 02000000000a 0806 0001080006040001"
            + "02000000000a 0a00000a 000000000000 0a000001");

    /** Frames sent since last taken, in hexadecimal digits. */
    final List<String> sent = new ArrayList<>();
    /** What the listener was told. */
    final List<String> told = new ArrayList<>();
    final List<IcmpError> errors = new ArrayList<>();
    boolean outputFull;
    final IpLayer layer;

    NetHarness() {
        this(NeighbourSettings.DEFAULT);
    }

    NetHarness(NeighbourSettings settings) {
        RouteTable routes = new RouteTable(List.of(
                Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500),
                Route.via(Ipv4Prefix.parse("192.0.2.0/24"), Ipv4Address.parse("10.0.0.254"), 1400)));
        layer = new IpLayer(new MacAddress(OUR_MAC), List.of(Ipv4Address.parse("10.0.0.1")), routes, settings,
                this::output, this);
    }

    private boolean output(MemorySegment frame, long offset, int lengthBytes) {
        if (!outputFull) {
            sent.add(HexFormat.of().formatHex(frame.asSlice(offset, lengthBytes).toArray(ValueLayout.JAVA_BYTE)));
        }
        return !outputFull;
    }

    List<String> takeSent() {
        List<String> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    void arp(String frame, long nowNs) {
        MemorySegment segment = shifted(frame);
        layer.arp(segment, 3, (int) segment.byteSize() - 3, nowNs);
    }

    void icmp(String frame, long nowNs) {
        MemorySegment segment = shifted(frame);
        layer.icmp(segment, 3, (int) segment.byteSize() - 3, nowNs);
    }

    boolean send(int destination, String payload, long nowNs) {
        MemorySegment segment = shifted(payload);
        return layer.send(US, destination, 6, 2, segment, 3, (int) segment.byteSize() - 3, nowNs);
    }

    long count(NetCounters.Event event) {
        return layer.counters().get(event);
    }

    /** A frame that does not start where its segment does. */
    static MemorySegment shifted(String digits) {
        return MemorySegment.ofArray(HexFormat.of().parseHex("eeeeee" + hex(digits)));
    }

    static String hex(String spaced) {
        return spaced.replace(" ", "");
    }

    static int ip(String text) {
        return Ipv4Address.parse(text).bits();
    }

    @Override
    public void neighbourUnreachable(int nextHop, long nowNs) {
        told.add("unreachable " + new Ipv4Address(nextHop));
        layer.resolvedMac(PEER, nowNs); // a listener may resolve
    }

    @Override
    public void addressConflict(int address, long mac, long nowNs) {
        told.add("conflict " + new Ipv4Address(address) + " " + new MacAddress(mac));
    }

    @Override
    public void icmpError(IcmpError error, long nowNs) {
        errors.add(error);
    }
}
