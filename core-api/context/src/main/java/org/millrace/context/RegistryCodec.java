package org.millrace.context;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.millrace.api.transport.ConnectionInfo;

/** Between lines of the registry and how they lie in the map. IPv4 addresses as ::ffff:a.b.c.d (RFC 4291 §2.5.5.2). */
final class RegistryCodec {
    private static final int NO_PORT = -1;
    private static final long MAPPED = 0xffff_0000_0000L;

    private RegistryCodec() {
    }

    static void write(RegistryRecord to, RegistryLine.Kind kind, ConnectionInfo info, long createdMs, long nowMs) {
        to.setKind(kind.ordinal());
        to.setContext(info.context());
        to.setConnection(info.connection());
        to.setReceiveQueued(info.receiveQueued());
        to.setTransmitQueued(info.transmitQueued());
        to.setCreatedMs(createdMs);
        to.setUpdatedMs(nowMs);
        to.setTransport(cut(info.transport(), Registry.NAME_BYTES));
        to.setState(cut(info.state(), Registry.NAME_BYTES));
        to.setDetail(cut(info.detail(), Registry.DETAIL_BYTES));
        InetSocketAddress local = info.local();
        to.setLocalPort(local == null ? NO_PORT : local.getPort());
        to.setLocalHigh(high(local));
        to.setLocalLow(low(local));
        InetSocketAddress peer = info.peer();
        to.setPeerPort(peer == null ? NO_PORT : peer.getPort());
        to.setPeerHigh(high(peer));
        to.setPeerLow(low(peer));
    }

    /**
     * {@return the line in a record}
     *
     * @throws IllegalArgumentException if it cannot be one
     */
    static RegistryLine read(RegistryRecord from) {
        RegistryLine.Kind[] kinds = RegistryLine.Kind.values();
        int kind = from.getKind();
        if (kind < 0 || kind >= kinds.length) {
            throw new IllegalArgumentException("a line of kind " + kind);
        }
        ConnectionInfo info = new ConnectionInfo(from.getTransport().toString(), from.getState().toString(),
            address(from.getLocalHigh(), from.getLocalLow(), from.getLocalPort()),
            address(from.getPeerHigh(), from.getPeerLow(), from.getPeerPort()),
            from.getContext(), from.getConnection(), from.getReceiveQueued(), from.getTransmitQueued(),
            from.getDetail().toString());
        return new RegistryLine(kinds[kind], info, from.getCreatedMs(), from.getUpdatedMs());
    }

    private static long high(InetSocketAddress address) {
        byte[] bytes = bytes(address);
        return bytes.length == 16 ? ByteBuffer.wrap(bytes).getLong(0) : 0;
    }

    private static long low(InetSocketAddress address) {
        byte[] bytes = bytes(address);
        return switch (bytes.length) {
            case 16 -> ByteBuffer.wrap(bytes).getLong(8);
            case 4 -> MAPPED | ByteBuffer.wrap(bytes).getInt(0) & 0xffff_ffffL;
            default -> 0;
        };
    }

    private static byte[] bytes(InetSocketAddress address) {
        return address == null || address.isUnresolved() ? new byte[0] : address.getAddress().getAddress();
    }

    private static InetSocketAddress address(long high, long low, int port) {
        if (port == NO_PORT) {
            return null;
        }
        boolean mapped = high == 0 && low >>> 32 == MAPPED >>> 32;
        byte[] bytes = mapped ? ByteBuffer.allocate(4).putInt((int) low).array()
            : ByteBuffer.allocate(16).putLong(high).putLong(low).array();
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address", e);
        }
    }

    /** {@return the text, or as much of its beginning as fits in UTF-8} */
    private static String cut(String text, int maxBytes) {
        if (text == null) {
            return "";
        }
        int end = Math.min(text.length(), maxBytes);
        while (text.substring(0, end).getBytes(StandardCharsets.UTF_8).length > maxBytes) {
            end--;
        }
        return text.substring(0, end);
    }
}
