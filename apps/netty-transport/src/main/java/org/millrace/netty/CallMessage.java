package org.millrace.netty;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * Requests that a byte stream is made of, big-endian. All begin with kind (1 byte), version (1), and two bytes of zero.
 *
 * <pre>
 * OPEN, HELLO   window (4), IPv4 address and port of whom it is sent to (4, 2), zero (2), token (8)
 * DATA, END     number (4): of this direction, from 0 on, one more each; then the bytes
 * ABORT         zero (4)
 * </pre>
 *
 * A response is one byte, {@link #DONE} or {@link #GONE}.
 */
final class CallMessage {
    /** Asks a listener for a stream. */
    static final byte OPEN = 1;
    /** Says to who has asked where its stream is served. */
    static final byte HELLO = 2;
    static final byte DATA = 3;
    static final byte END = 4;
    static final byte ABORT = 5;

    /** The response to what was taken: for DATA, its bytes were read. */
    static final byte DONE = 0;
    /** The response to what nobody wants: no such stream, or it was given up. */
    static final byte GONE = 1;

    static final int HEADER_BYTES = 8;
    static final int GREETING_BYTES = 24;

    private static final byte VERSION = 1;
    private static final int NUMBER = 4;
    private static final int ADDRESS = 8;
    private static final int PORT = 12;
    private static final int TOKEN = 16;

    private CallMessage() {
    }

    /** Writes the first eight bytes; the position is behind them. */
    static void header(ByteBuffer to, byte kind, int number) {
        to.put(kind).put(VERSION).putShort((short) 0).putInt(number);
    }

    static void greeting(ByteBuffer to, byte kind, int window, InetSocketAddress peer, long token) {
        header(to, kind, window);
        to.put(peer.getAddress().getAddress()).putShort((short) peer.getPort()).putShort((short) 0).putLong(token);
    }

    /** {@return what a request is, or 0: none of these} */
    static byte kind(ByteBuffer request) {
        if (request.limit() < HEADER_BYTES || request.get(1) != VERSION) {
            return 0;
        }
        byte kind = request.get(0);
        boolean isComplete = switch (kind) {
            case OPEN, HELLO -> request.limit() == GREETING_BYTES && request.getInt(NUMBER) > 0;
            case DATA -> request.limit() > HEADER_BYTES;
            case END, ABORT -> request.limit() == HEADER_BYTES;
            default -> false;
        };
        return isComplete ? kind : 0;
    }

    /** {@return number of DATA and END, window of OPEN and HELLO} */
    static int number(ByteBuffer request) {
        return request.getInt(NUMBER);
    }

    static long token(ByteBuffer greeting) {
        return greeting.getLong(TOKEN);
    }

    /** {@return under which address the sender of a greeting knows this side} */
    static InetSocketAddress address(ByteBuffer greeting) {
        byte[] address = new byte[4];
        greeting.get(ADDRESS, address);
        return new InetSocketAddress(address(address), Short.toUnsignedInt(greeting.getShort(PORT)));
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 bytes are an address", e);
        }
    }
}
