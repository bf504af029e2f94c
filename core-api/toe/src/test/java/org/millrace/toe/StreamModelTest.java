package org.millrace.toe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;
import org.millrace.toe.FakeDataPath.Request;

/** Random operations on a stream against counters: every byte is the function of its stream offset, both ways. */
class StreamModelTest {
    private static final int ID = 9 << 16;
    private static final int BUFFER = 4096;

    private final FakeDataPath dataPath = new FakeDataPath(new ContextSize(1, BUFFER, BUFFER, 64));
    private final Toe toe = Toe.open(dataPath);
    private final StreamSocket stream = toe.connect(new InetSocketAddress("10.0.0.2", 1));
    private Random random;
    private long delivered;
    private long read;
    private long released;
    private long written;
    private long bumped;
    private long freed;
    private long credits;
    private boolean push;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyByteArrivesOnceAndInOrder(long seed) throws IOException {
        random = new Random(seed);
        toe.flush();
        dataPath.connected(dataPath.take().opaque(), ID, Status.OK);
        toe.poll(0);
        for (int step = 0; step < 6_000; step++) {
            step(random.nextInt(8));
            assertThat(stream.readable()).isLessThanOrEqualTo(BUFFER).isNotNegative();
            assertThat(stream.writable()).isEqualTo((int) (BUFFER - (written - freed)));
        }
        assertThat(read).as("the test did something").isGreaterThan(100_000);
        assertThat(bumped).isGreaterThan(100_000);
    }

    private void step(int choice) throws IOException {
        switch (choice) {
            case 0 -> deliver();
            case 1 -> readIntoBuffer();
            case 2 -> readIntoSegment();
            case 3 -> writeBuffer();
            case 4 -> writeInPlace();
            case 5 -> free();
            case 6 -> pace();
            default -> dataPathTakes();
        }
    }

    private void deliver() {
        int n = random.nextInt((int) (BUFFER - (delivered - released)) + 1);
        byte[] bytes = new byte[n];
        for (int i = 0; i < n; i++) {
            bytes[i] = in(delivered + i);
        }
        dataPath.deliver(ID, delivered, bytes);
        dataPath.bump(ID, n, 0, false);
        delivered += n;
        toe.poll(0);
        toe.nextReady();
    }

    private void readIntoBuffer() throws IOException {
        int size = random.nextInt(2000);
        ByteBuffer buffer = random.nextBoolean() ? ByteBuffer.allocate(size) : ByteBuffer.allocateDirect(size);
        int n = stream.read(buffer);
        assertThat(n).isEqualTo((int) Math.min(size, delivered - read)).isEqualTo(buffer.position());
        for (int i = 0; i < n; i++) {
            expect(buffer.get(i), in(read++));
        }
    }

    private void readIntoSegment() throws IOException {
        MemorySegment segment = MemorySegment.ofArray(new byte[3000]);
        int n = stream.read(segment, 5, random.nextInt(2900));
        for (int i = 0; i < n; i++) {
            expect(segment.get(ValueLayout.JAVA_BYTE, 5 + i), in(read++));
        }
        int span = random.nextInt(stream.contiguousReadable() + 1);
        for (int i = 0; i < span; i++) {
            expect(stream.region().get(ValueLayout.JAVA_BYTE, stream.readableOffset() + i), in(read++));
        }
        stream.release(span);
    }

    private void writeBuffer() throws IOException {
        byte[] bytes = new byte[random.nextInt(2000)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = out(written + i);
        }
        boolean segment = random.nextBoolean();
        int n = segment ? stream.write(MemorySegment.ofArray(bytes), 0, bytes.length)
            : stream.write(ByteBuffer.wrap(bytes).asReadOnlyBuffer());
        assertThat(n).isEqualTo((int) Math.min(bytes.length, BUFFER - (written - freed)));
        written += n;
    }

    private void writeInPlace() {
        int n = random.nextInt(stream.contiguousWritable() + 1);
        for (int i = 0; i < n; i++) {
            stream.region().set(ValueLayout.JAVA_BYTE, stream.writableOffset() + i, out(written + i));
        }
        stream.commit(n);
        written += n;
    }

    private void free() {
        int n = random.nextInt((int) (bumped - freed) + 1);
        dataPath.bump(ID, 0, n, false);
        freed += n;
        toe.poll(0);
        toe.nextReady();
    }

    private void pace() {
        push = random.nextBoolean();
        credits = Math.max(0, bumped + random.nextInt(3000) - 500);
        dataPath.layout.credits(ID, credits);
        dataPath.layout.pacing(ID, push ? ContextLayout.PUSH : ContextLayout.PULL);
        if (random.nextBoolean()) {
            dataPath.bump(ID, 0, 0, false);
        }
        takeOld();
        toe.poll(0);
    }

    // Requests of before a change were made under the old credits.
    private void takeOld() {
        dataPath.takeAll().forEach(this::take);
    }

    private void dataPathTakes() {
        takeOld();
        toe.flush();
        long before = bumped;
        takeOld();
        if (push) {
            assertThat(bumped).isLessThanOrEqualTo(Math.max(before, credits));
        } else {
            assertThat(bumped).isEqualTo(written);
        }
        assertThat(released).isEqualTo(read);
    }

    private void take(Request request) {
        assertThat(request.type()).isEqualTo(Descriptor.BUMP);
        byte[] bytes = dataPath.fetch(ID, bumped, request.tx());
        for (byte b : bytes) {
            expect(b, out(bumped++));
        }
        released += request.rx();
        assertThat(bumped).isLessThanOrEqualTo(written);
        assertThat(released).isLessThanOrEqualTo(read);
    }

    private static void expect(byte found, byte expected) {
        if (found != expected) {
            throw new AssertionError("byte is " + found + ", expected " + expected);
        }
    }

    private static byte in(long offset) {
        return (byte) (offset * 0x9e3779b97f4a7c15L >>> 40);
    }

    private static byte out(long offset) {
        return (byte) (offset * 0xbf58476d1ce4e5b9L >>> 44);
    }
}
