package org.millrace.fuzz;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.millrace.testkit.Endpoint;
import org.millrace.testkit.FrameBuilder;
import org.millrace.testkit.ParsedFrame;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;
import org.millrace.wire.TcpHeader;

/**
 * A peer that knows its connection, and an application that does anything at any time. Every byte that the peer sends says
 * where it stands in the stream, so whatever the application reads is checked, and so is what it sends.
 */
public final class SegmentsTarget {
    private static final int MOST_STEPS = 64;
    private static final int FIRST = 0x7fff_f000; // numbers wrap within a run
    private static final int MOST_PAYLOAD = 1460;
    private static final int MOST_WRITTEN = 8192;
    private static final int MOST_OPTIONS = 40;

    private final Input input;
    private final World world;
    private final Endpoint peer = World.PEER;
    private StreamSocket stream;
    private int theirs;
    private long read;
    private long written;
    private int sentTo;

    private SegmentsTarget(Input input, World world) {
        this.input = input;
        this.world = world;
    }

    /**
     * A run.
     *
     * @param data the program, the SYN's options, then steps
     */
    public static void fuzzerTestOneInput(byte[] data) {
        Input input = new Input(data);
        try (World world = new World(Programs.of(input))) {
            new SegmentsTarget(input, world).run();
        }
    }

    private void run() {
        Toe toe = world.application();
        ListenSocket listener = toe.listen(Client.local(), 8);
        world.settle();
        Integer next = Client.open(world, peer, FIRST - 1, FrameBuilder.tcp().rawOptions(options()));
        if (next != null) {
            theirs = next;
            try {
                stream = listener.accept();
                for (int i = 0; i < MOST_STEPS && !input.isEmpty() && stream != null; i++) {
                    step();
                    world.settle();
                    check();
                }
            } catch (IOException reset) {
                stream = null; // the peer may end it
            }
        }
        Client.isServed(world, listener);
    }

    private int[] options() {
        byte[] bytes = input.bytes(input.below(MOST_OPTIONS + 1) & ~3);
        int whole = bytes.length + 3 & ~3;
        return IntStream.range(0, whole).map(i -> i < bytes.length ? bytes[i] & 0xff : 0).toArray();
    }

    private void step() throws IOException {
        switch (input.below(8)) {
            case 0, 1 -> segment(TcpHeader.ACK | TcpHeader.PSH);
            case 2 -> segment(input.u8());
            case 3 -> write();
            case 4 -> read();
            case 5 -> end();
            case 6 -> world.pass(1L << 16 + input.below(18)); // 65 us to 8.6 s
            default -> quote();
        }
    }

    /** Near the window's edges by small steps, or anywhere. */
    private void segment(int flags) {
        int position = (int) read + (input.flag() ? input.i16() : input.flag() ? input.i32() : 0);
        int acknowledged = theirs + (int) Math.min(written, sentTo) + (input.flag() ? input.i16() : 0);
        byte[] payload = new byte[input.below(MOST_PAYLOAD + 1)];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = pattern(position + i);
        }
        FrameBuilder frame = FrameBuilder.tcp().from(peer).to(World.US).seq(FIRST + position).ack(acknowledged).flags(flags)
            .window(input.u16());
        int[] options = input.flag() ? options() : new int[0];
        payload = payload.length > MOST_PAYLOAD - options.length ? new byte[0] : payload;
        world.inject(frame.rawOptions(options).payload(payload).build());
    }

    private static byte pattern(int position) {
        return (byte) (position * 31 + (position >> 8) * 17 + (position >> 16));
    }

    private void write() throws IOException {
        byte[] bytes = new byte[input.below(MOST_WRITTEN)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = pattern((int) written + i);
        }
        if (!stream.isOutputShutdown()) {
            written += stream.write(ByteBuffer.wrap(bytes));
        }
    }

    private void read() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(1 + input.u16());
        stream.read(bytes);
        bytes.flip();
        while (bytes.hasRemaining()) {
            byte expected = pattern((int) read);
            byte got = bytes.get();
            if (got != expected) {
                throw new AssertionError("byte " + read + " of the stream is " + got + ", sent was " + expected);
            }
            read++;
        }
    }

    private void end() throws IOException {
        switch (input.below(3)) {
            case 0 -> stream.shutdownOutput();
            case 1 -> {
                stream.close();
                stream = null;
            }
            default -> {
                stream.abort();
                stream = null;
            }
        }
    }

    /** An ICMP error of any kind, about a segment of this connection. */
    private void quote() {
        byte[] inner = FrameBuilder.tcp().from(World.US).to(peer).seq(theirs + input.i16()).build();
        byte[] quoted = Arrays.copyOfRange(inner, 14, 14 + 28);
        world.inject(FrameBuilder.icmp(input.u8(), input.u8(), input.i32()).from(peer).to(World.US).payload(quoted).build());
    }

    /** What was sent is the application's stream at that place, and not more than it has written. */
    private void check() {
        for (byte[] bytes : world.sent()) {
            ParsedFrame frame = ParsedFrame.of(bytes);
            if (frame.tcp() == null || frame.destination().port() != peer.port()) {
                continue;
            }
            if (!frame.transportChecksumValid() || !frame.ipChecksumValid()) {
                throw new AssertionError("a checksum is wrong");
            }
            int position = frame.tcp().sequence() - theirs;
            byte[] payload = frame.payload();
            if (payload.length > 0 && (position < 0 || position + payload.length > written)) {
                throw new AssertionError("bytes " + position + " to " + (position + payload.length) + " are sent of " + written);
            }
            for (int i = 0; i < payload.length; i++) {
                if (payload[i] != pattern(position + i)) {
                    throw new AssertionError("byte " + (position + i) + " is sent as another");
                }
            }
            sentTo = Math.max(sentTo, position + payload.length);
        }
    }
}
