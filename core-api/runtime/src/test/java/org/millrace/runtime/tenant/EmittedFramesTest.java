package org.millrace.runtime.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortCounters;
import org.millrace.api.port.PortInfo;
import org.millrace.api.port.TransmitBatch;
import org.millrace.homa.wire.HomaCodec;
import org.millrace.homa.wire.HomaFormats;
import org.millrace.homa.wire.HomaMeta;
import org.millrace.net.IcmpError;
import org.millrace.net.IpLayer;
import org.millrace.net.NeighbourSettings;
import org.millrace.net.NetListener;
import org.millrace.net.Route;
import org.millrace.net.RouteTable;
import org.millrace.runtime.capture.Captures;
import org.millrace.runtime.frame.LoopbackPort;
import org.millrace.runtime.frame.RetainedFrames;
import org.millrace.tcp.control.program.TcpCodec;
import org.millrace.tcp.control.program.TcpMeta;
import org.millrace.tcp.flextoe.FlexMeta;
import org.millrace.udp.UdpCodec;
import org.millrace.wire.ArpPacket;
import org.millrace.wire.Checksum;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.Ipv4Prefix;
import org.millrace.wire.MacAddress;

/** Frames from what a flow keeps of its headers, beside the same written field by field: random flows and segments, everything else changing in between. */
class EmittedFramesTest {
    private static final int FLOWS = 12;
    private static final int SEGMENTS = 4000;
    private static final List<Ipv4Address> OWN = List.of(Ipv4Address.parse("10.0.0.1"), Ipv4Address.parse("10.0.0.200"));
    private static final List<Ipv4Address> ROUTERS = List.of(Ipv4Address.parse("10.0.0.254"), Ipv4Address.parse("10.0.0.253"));
    private static final int REMOTE = Ipv4Address.parse("192.0.2.0").bits();
    private static final long OWN_MAC = 0x02_00_00_00_00_01L;

    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Random random = new Random(110); // any seed will do
    private final List<String> sent = new ArrayList<>();
    private final RetainedFrames retained = new RetainedFrames(64, 1 << 20);
    private final long[] routerMac = {0x02_00_00_00_01_00L, 0x02_00_00_00_02_00L};
    private int router;
    private int ttl = 64;
    private IpLayer ip;
    private Egress egress;

    /** How each transport writes. */
    enum Transport {
        FLEXTOE(Ipv4Header.TCP, new TcpCodec<FlexMeta>(0), FlexMeta::new),
        TCP_WITHOUT_FURTHER_BLOCKS(Ipv4Header.TCP, new TcpCodec<>(0), TcpMeta::new),
        UDP(Ipv4Header.UDP, new UdpCodec(), SegmentMeta::new),
        HOMA(HomaFormats.PROTOCOL, new HomaCodec(0), HomaMeta::new);

        private final int protocol;
        private final HeaderCodec<?> codec;
        private final Supplier<? extends SegmentMeta> metas;

        <M extends SegmentMeta> Transport(int protocol, HeaderCodec<M> codec, Supplier<M> metas) {
            this.protocol = protocol;
            this.codec = codec;
            this.metas = metas;
        }
    }

    @ParameterizedTest
    @EnumSource
    void areWhatIsWrittenFieldByField(Transport transport) {
        areEqual(transport, transport.codec, false);
        areEqual(transport, transport.codec, true);
    }

    @SuppressWarnings("unchecked") // a codec and metadata of one transport
    private <M extends SegmentMeta> void areEqual(Transport transport, HeaderCodec<M> codec, boolean offloads) {
        ttl = 64;
        LoopbackPort port = new LoopbackPort(new Recorder(offloads), drop -> { });
        egress = new Egress(port, new PayloadSpans(null, retained, new Counters()), retained, new Captures());
        ip = new IpLayer(new MacAddress(OWN_MAC), OWN, routes(), NeighbourSettings.DEFAULT, egress, new Nobody());
        for (int i = 0; i < ROUTERS.size(); i++) {
            answer(i);
        }
        FlowHeaders headers = new FlowHeaders(ip, new Weights(Map.of(), 1), OWN_MAC, transport.protocol, FLOWS);
        Deparser<M> deparser = new Deparser<>(codec, transport.protocol, 0);
        M meta = (M) transport.metas.get();
        int[] words = new int[Layout.of(meta.getClass()).words()];
        ViewCursor.move(meta, words, 0);
        int[] peers = random.ints(FLOWS + 1, REMOTE + 1, REMOTE + 200).toArray();
        int[] locals = random.ints(FLOWS + 1, 0, OWN.size()).toArray();
        int identification = 0;
        for (int i = 0; i < SEGMENTS; i++) {
            int flow = random.nextInt(FLOWS + 1);
            change(flow, peers, locals);
            fill(meta, words, transport);
            meta.flow(flow);
            meta.localAddress(OWN.get(locals[flow]).bits());
            meta.peerAddress(peers[flow]);
            byte[] payload = payload(meta);
            String expected = HexFormat.of().formatHex(written(deparser, meta, payload, identification++ & 0xffff, offloads));
            int row = headers.row(meta, 0);
            assertThat(row).as("next hop is known").isPositive();
            sent.clear();
            egress.emit(deparser, meta, headers, row, 0);
            egress.flush(0);
            assertThat(sent).as("segment %d of flow %d", i, flow).containsExactly(expected);
            if (meta.payload() < 0) {
                retained.release(-meta.payload());
            }
        }
        assertThat(headers.lookups()).as("most frames found their row").isLessThan(SEGMENTS / 2);
    }

    private RouteTable routes() {
        return new RouteTable(List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500),
            Route.via(Ipv4Prefix.parse("0.0.0.0/0"), ROUTERS.get(router), 1500)));
    }

    /** Now and then: the router, its MAC address, a flow's peer, a flow's own address, the time to live. */
    private void change(int flow, int[] peers, int[] locals) {
        switch (random.nextInt(60)) {
            case 0 -> {
                router = 1 - router;
                ip.route(routes());
            }
            case 1 -> {
                int which = random.nextInt(2);
                routerMac[which]++;
                answer(which);
            }
            case 2 -> peers[flow] = REMOTE + 1 + random.nextInt(200);
            case 3 -> locals[flow] = random.nextInt(2);
            case 4 -> {
                ttl = 1 + random.nextInt(255);
                ip.ttl(ttl);
            }
            default -> {
            }
        }
    }

    private void answer(int which) {
        MemorySegment frame = Arena.ofAuto().allocate(EthernetHeader.LENGTH + ArpPacket.LENGTH);
        new EthernetHeader().wrap(frame, 0).destination(OWN_MAC).source(routerMac[which]).etherType(EthernetHeader.ARP);
        new ArpPacket().wrap(frame, EthernetHeader.LENGTH).initialize(ArpPacket.REPLY)
            .sender(routerMac[which], ROUTERS.get(which).bits()).target(OWN_MAC, OWN.getFirst().bits());
        ip.resolvedMac(ROUTERS.get(which).bits(), 0);
        ip.arp(frame, 0, EthernetHeader.LENGTH + ArpPacket.LENGTH, 0);
        egress.flush(0);
    }

    private void fill(SegmentMeta meta, int[] words, Transport transport) {
        for (int i = 0; i < words.length; i++) {
            words[i] = random.nextInt();
        }
        meta.payload(0);
        meta.length(0);
        meta.ecn(random.nextInt(4));
        meta.dscp(random.nextInt(8) == 0 ? random.nextInt(64) : 0);
        if (meta instanceof TcpMeta tcp) {
            tcp.hasTimestamps(random.nextInt(2));
            tcp.sackEnd(random.nextBoolean() ? tcp.sackStart() : random.nextInt());
        }
        if (transport == Transport.FLEXTOE) {
            words[TcpMeta.TCP_BYTES / Integer.BYTES + 3] = random.nextInt(((TcpMeta) meta).hasTimestamps() != 0 ? 3 : 4) << 8; // further blocks
        }
        if (meta instanceof HomaMeta homa) {
            homa.type(HomaFormats.DATA + random.nextInt(9));
            homa.ackCount(random.nextInt(6));
        }
    }

    /** Gives some segments a payload, of odd lengths too. */
    private byte[] payload(SegmentMeta meta) {
        byte[] bytes = new byte[random.nextBoolean() ? 0 : 1 + random.nextInt(random.nextBoolean() ? 70 : 1400)];
        random.nextBytes(bytes);
        if (bytes.length > 0) {
            meta.payload(-retained.keep(MemorySegment.ofArray(bytes), 0, bytes.length, 0, 0));
            meta.length(bytes.length);
        }
        return bytes;
    }

    /** The frame without anything that is kept. */
    private <M extends SegmentMeta> byte[] written(Deparser<M> by, M meta, byte[] payload, int identification, boolean offloads) {
        MemorySegment frame = MemorySegment.ofArray(new byte[2048]);
        int start = EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH;
        int header = by.codec().write(meta, frame, start);
        int length = header + payload.length;
        MemorySegment.copy(payload, 0, frame, ValueLayout.JAVA_BYTE, start + header, payload.length);
        new EthernetHeader().wrap(frame, 0).destination(routerMac[router]).source(OWN_MAC).etherType(EthernetHeader.IPV4);
        new Ipv4Header().wrap(frame, EthernetHeader.LENGTH).initialize().tos(meta.dscp() << 2 | meta.ecn())
            .totalLength(Ipv4Header.MIN_LENGTH + length).identification(identification).fragment(Ipv4Header.DONT_FRAGMENT, 0)
            .ttl(ttl).protocol(by.protocol()).source(meta.localAddress()).destination(meta.peerAddress()).writeChecksum();
        if (by.codec().checksumOffset() >= 0) {
            long sum = Checksum.pseudoHeader(meta.localAddress(), meta.peerAddress(), by.protocol(), length);
            int whole = Checksum.finish(Checksum.sum(sum, frame, start, length));
            int field = offloads ? Checksum.fold(sum) : whole == 0 && by.protocol() == Ipv4Header.UDP ? 0xffff : whole;
            frame.set(U16, start + by.codec().checksumOffset(), (short) field);
        }
        return frame.asSlice(0, start + length).toArray(ValueLayout.JAVA_BYTE);
    }

    /** Keeps what is sent, in hexadecimal. */
    private final class Recorder implements Port {
        private final boolean offloads;

        Recorder(boolean offloads) {
            this.offloads = offloads;
        }

        @Override
        public PortInfo info() {
            return new PortInfo("recorder", OWN_MAC, 1500, 65535, offloads, offloads, false);
        }

        @Override
        public int receive(FrameBatch batch) {
            batch.clear();
            return 0;
        }

        @Override
        public TransmitBatch newTransmitBatch() {
            return new TransmitBatch(4, MemorySegment.ofArray(new byte[4 * TransmitBatch.HEADER_BYTES]), 0, TransmitBatch.HEADER_BYTES);
        }

        @Override
        public int transmit(TransmitBatch batch) {
            for (int i = 0; i < batch.count(); i++) {
                byte[] frame = new byte[batch.frameLength(i)];
                MemorySegment to = MemorySegment.ofArray(frame);
                MemorySegment.copy(batch.headers, batch.headerOffset(i), to, 0, batch.headerLength[i]);
                if (batch.firstLength[i] > 0) {
                    MemorySegment.copy(batch.first[i], batch.firstOffset[i], to, batch.headerLength[i], batch.firstLength[i]);
                }
                sent.add(HexFormat.of().formatHex(frame));
            }
            batch.clear();
            return batch.count();
        }

        @Override
        public int descriptor() {
            return -1;
        }

        @Override
        public PortCounters counters() {
            return new PortCounters(0, 0, 0, 0, 0, 0);
        }

        @Override
        public void close() {
        }
    }

    private static final class Nobody implements NetListener {
        @Override
        public void neighbourUnreachable(int nextHop, long nowNs) {
        }

        @Override
        public void addressConflict(int address, long mac, long nowNs) {
        }

        @Override
        public void icmpError(IcmpError error, long nowNs) {
        }
    }
}
