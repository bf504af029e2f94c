package org.millrace.runtime.tenant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import org.millrace.memory.DescriptorRing;
import org.millrace.wire.Ipv4Address;

/** IPv4 addresses in the 16 bytes that a context has for one: {@code ::ffff:a.b.c.d}, RFC 4291 §2.5.5.2. */
public final class AddressCodec {
    private static final long MAPPED = 0xffff_0000L; // bytes 8 to 11 are 00 00 ff ff, read as little-endian
    private static final ValueLayout.OfInt NETWORK_INT =
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private AddressCodec() {
    }

    /** {@return whether two little-endian longs are an IPv4 address, or all zero for any} */
    static boolean isIpv4(long first, long second) {
        return first == 0 && ((second & 0xffff_ffffL) == MAPPED || second == 0);
    }

    /** {@return the IPv4 address of the second long} */
    static int ipv4(long second) {
        return Integer.reverseBytes((int) (second >>> 32));
    }

    public static void write(DescriptorRing ring, long at, int field, int address) {
        ring.i64(at, field + 8, MAPPED | (long) Integer.reverseBytes(address) << 32);
    }

    public static void write(MemorySegment segment, long offset, int address) {
        segment.set(NETWORK_INT, offset, 0);
        segment.set(NETWORK_INT, offset + 4, 0);
        segment.set(NETWORK_INT, offset + 8, 0xffff);
        segment.set(NETWORK_INT, offset + 12, address);
    }

    static InetSocketAddress socket(int address, int port) {
        return new InetSocketAddress(new Ipv4Address(address).toInetAddress(), port);
    }

    static int bits(InetSocketAddress address) {
        return Ipv4Address.from(address.getAddress()).bits();
    }
}
