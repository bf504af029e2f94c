package org.millrace.fuzz;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;
import org.millrace.testkit.Endpoint;
import org.millrace.testkit.FrameBuilder;
import org.millrace.testkit.ParsedFrame;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.wire.TcpHeader;

/** A peer that does nothing wrong: whatever others have done, it is served. */
final class Client {
    private static final int FIRST = 0x1000_0000;
    private static final byte[] HELLO = {'h', 'e', 'l', 'l', 'o'};
    private static final int PORT = 61_000;

    private Client() {
    }

    static InetSocketAddress local() {
        return new InetSocketAddress(address(World.US.address()), World.US.port());
    }

    private static InetAddress address(int bits) {
        try {
            return InetAddress.getByAddress(ByteBuffer.allocate(4).putInt(bits).array());
        } catch (UnknownHostException e) {
            throw new AssertionError("4 bytes are an address", e);
        }
    }

    /**
     * Opens a connection.
     *
     * @param syn the SYN, complete but for addresses, sequence number and flags
     * @return the number that the other side begins with, plus 1; empty if it has not answered with a SYN-ACK
     */
    static Integer open(World world, Endpoint from, int first, FrameBuilder syn) {
        world.sent();
        world.inject(syn.from(from).to(World.US).seq(first).flags(TcpHeader.SYN).build());
        for (byte[] frame : world.sent()) {
            ParsedFrame answer = ParsedFrame.of(frame);
            if (answer.tcp() != null && answer.tcp().has(TcpHeader.SYN) && answer.destination().port() == from.port()) {
                int next = answer.tcp().sequence() + 1;
                world.inject(FrameBuilder.tcp().from(from).to(World.US).seq(first + 1).ack(next).build());
                return next;
            }
        }
        return null;
    }

    /** Opens a connection, says hello and hears it back; fails if not. */
    static void isServed(World world, ListenSocket listener) {
        world.pass(1_000_000);
        drain(listener);
        Endpoint from = World.PEER.atPort(PORT);
        Integer next = open(world, from, FIRST, FrameBuilder.tcp().mss(1460));
        if (next == null) {
            throw new AssertionError("a client's SYN is not answered any more");
        }
        world.inject(FrameBuilder.tcp().from(from).to(World.US).seq(FIRST + 1).ack(next)
            .flags(TcpHeader.ACK | TcpHeader.PSH).payload(HELLO).build());
        try {
            StreamSocket accepted = listener.accept();
            if (accepted == null) {
                throw new AssertionError("a client's connection is not offered any more");
            }
            ByteBuffer heard = ByteBuffer.allocate(2 * HELLO.length);
            accepted.read(heard);
            if (!heard.flip().equals(ByteBuffer.wrap(HELLO))) {
                throw new AssertionError("of a client's hello " + heard.remaining() + " bytes arrive");
            }
            world.sent();
            accepted.write(heard);
        } catch (IOException e) {
            throw new AssertionError("a client's connection fails: " + e.getMessage(), e);
        }
        world.settle();
        List<byte[]> answers = world.sent();
        if (answers.stream().map(ParsedFrame::of).noneMatch(f -> f.tcp() != null && f.payload().length == HELLO.length)) {
            throw new AssertionError("a client's hello is not answered any more");
        }
    }

    private static void drain(ListenSocket listener) {
        try {
            for (StreamSocket waiting = listener.accept(); waiting != null; waiting = listener.accept()) {
                waiting.abort();
            }
        } catch (IOException e) {
            throw new AssertionError("the listener of others has failed: " + e.getMessage(), e);
        }
    }
}
