package org.millrace.fuzz;

import java.lang.foreign.MemorySegment;
import org.millrace.homa.wire.HomaFormats;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.Toe;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.Ipv4Header;

/** Frames of any content arrive, some with an Ethernet and an IPv4 header that lead further in. */
public final class FramesTarget {
    private static final int MOST_FRAMES = 32;
    private static final int MOST_BYTES = 1514;

    private FramesTarget() {
    }

    /**
     * A run.
     *
     * @param data frames: how its headers are mended (8 bits), its length (16 bits), its bytes
     */
    public static void fuzzerTestOneInput(byte[] data) {
        Input input = new Input(data);
        try (World world = new World(Programs.of(input))) {
            Toe toe = world.application();
            ListenSocket listener = toe.listen(Client.local(), 8);
            toe.bind(Client.local(), null);
            toe.bindRpc(Client.local(), "homa");
            world.settle();
            for (int i = 0; i < MOST_FRAMES && !input.isEmpty(); i++) {
                int mended = input.u8();
                world.inject(mend(input.bytes(input.below(MOST_BYTES + 1)), mended));
            }
            Client.isServed(world, listener);
        }
    }

    /** Bit 0: to us; bit 1: IPv4, checksum of the header right; bits 2 and 3: TCP, UDP, ICMP or, with bit 4, Homa. */
    private static byte[] mend(byte[] frame, int how) {
        MemorySegment memory = MemorySegment.ofArray(frame);
        if ((how & 1) != 0 && frame.length >= EthernetHeader.LENGTH) {
            new EthernetHeader().wrap(memory, 0).destination(World.US.mac()).source(World.PEER.mac());
        }
        if ((how & 2) != 0 && frame.length >= EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH) {
            new EthernetHeader().wrap(memory, 0).etherType(EthernetHeader.IPV4);
            int protocol = switch (how >> 2 & 3) {
                case 0 -> Ipv4Header.TCP;
                case 1 -> Ipv4Header.UDP;
                case 2 -> Ipv4Header.ICMP;
                default -> (how & 16) != 0 ? HomaFormats.PROTOCOL : frame[EthernetHeader.LENGTH + 9] & 0xff;
            };
            new Ipv4Header().wrap(memory, EthernetHeader.LENGTH).initialize()
                .totalLength(frame.length - EthernetHeader.LENGTH).protocol(protocol).ttl(64)
                .source(World.PEER.address()).destination(World.US.address()).writeChecksum();
        }
        return frame;
    }
}
