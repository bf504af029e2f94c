package org.millrace.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Addresses in shared memory: 16 bytes in network order, IPv4 as ::ffff:a.b.c.d (RFC 4291 §2.5.5.2). */
public final class Addresses {
    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    private Addresses() {
    }

    /**
     * Writes an address.
     *
     * @param memory  where
     * @param offset  its offset
     * @param address the address
     */
    public static void write(MemorySegment memory, long offset, InetAddress address) {
        byte[] bytes = address.getAddress();
        int pad = address instanceof Inet6Address ? 0 : MAPPED.length;
        MemorySegment.copy(MAPPED, 0, memory, ValueLayout.JAVA_BYTE, offset, pad);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, offset + pad, bytes.length);
    }

    /**
     * Reads an address.
     *
     * @param memory where
     * @param offset its offset
     * @return the address
     */
    public static InetAddress read(MemorySegment memory, long offset) {
        byte[] bytes = memory.asSlice(offset, 16).toArray(ValueLayout.JAVA_BYTE);
        boolean mapped = Arrays.equals(bytes, 0, MAPPED.length, MAPPED, 0, MAPPED.length);
        try {
            return InetAddress.getByAddress(mapped ? Arrays.copyOfRange(bytes, MAPPED.length, 16) : bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("16 bytes are an address", e);
        }
    }
}
