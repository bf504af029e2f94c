package org.millrace.runtime.attach;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;
import org.millrace.toe.Attach;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** What applications do in tests, in a process of their own: a role, the instance's directory, and what the role needs. */
final class Application {
    static final ContextSize SIZE = new ContextSize(16, 65536, 65536, 256);
    /** Streams enough to be in every shard. */
    static final ContextSize MANY = new ContextSize(40, 65536, 65536, 256);
    private static final int LIMIT_NS = -1;

    private final String instance;

    private Application(String instance) {
        this.instance = instance;
    }

    public static void main(String[] arguments) throws Exception {
        try {
            Class.forName("net.openhft.chronicle.core.Jvm");
            System.out.println("Chronicle is there");
            return;
        } catch (ClassNotFoundException none) {
            Application application = new Application(arguments[1]);
            int number = Integer.parseInt(arguments[2]);
            switch (arguments[0]) {
                case "echo" -> application.echo(number);
                case "shards" -> application.shards(number);
                case "select" -> application.select(number);
                case "source" -> application.source(number);
                case "seal" -> application.seal();
                case "fuzz" -> application.fuzz(number);
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        }
    }

    private Toe attach() throws IOException {
        return attach(SIZE);
    }

    private Toe attach(ContextSize size) throws IOException {
        return Toe.open(Attach.context(instance, size));
    }

    private ListenSocket listen(Toe toe, int port) {
        ListenSocket listener = toe.listen(new InetSocketAddress("10.0.0.1", port), 16);
        toe.await(listener::isListening, LIMIT_NS);
        System.out.println("listening");
        return listener;
    }

    private void echo(int port) throws IOException {
        Toe toe = attach();
        ListenSocket listener = listen(toe, port);
        while (toe.isOpen()) {
            toe.poll(-1);
            serve(toe, listener);
        }
    }

    /** Echoes, and in the end tells of which shards the streams were. */
    private void shards(int port) throws IOException {
        Toe toe = attach(MANY);
        ListenSocket listener = listen(toe, port);
        Set<Integer> shards = new TreeSet<>();
        while (toe.isOpen()) {
            toe.poll(-1);
            serve(toe, listener, shards);
        }
        System.out.println("shards " + shards);
    }

    private void select(int port) throws IOException {
        Toe toe = attach();
        ListenSocket listener = listen(toe, port);
        int slept = 0;
        try (Selector selector = Selector.open()) {
            toe.wakeChannel().register(selector, SelectionKey.OP_READ);
            while (toe.isOpen()) {
                toe.poll(0);
                serve(toe, listener);
                if (toe.beforeSelect() < 0) {
                    selector.select();
                    slept++;
                }
                toe.afterSelect();
                if (!selector.selectedKeys().isEmpty()) {
                    selector.selectedKeys().clear();
                    if (!toe.drainWakeChannel()) {
                        System.out.println("ended after " + slept);
                        return;
                    }
                }
            }
        }
        System.out.println("closed after " + slept);
    }

    private static void serve(Toe toe, ListenSocket listener) throws IOException {
        serve(toe, listener, new TreeSet<>());
    }

    private static void serve(Toe toe, ListenSocket listener, Set<Integer> shards) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(65536);
        // an end found by polling makes everything ready, to fail
        for (Endpoint ready = toe.nextReady(); ready != null && toe.isOpen(); ready = toe.nextReady()) {
            if (ready == listener) {
                while (listener.accept() != null) {
                    continue; // it becomes ready with its first bytes
                }
            } else if (ready instanceof StreamSocket stream) {
                shards.add(stream.shard());
                try {
                    while (stream.writable() == 65536 && stream.read(bytes.clear()) > 0) {
                        stream.write(bytes.flip());
                    }
                    if (stream.isInputEnded()) {
                        stream.close();
                    }
                } catch (IOException reset) {
                    stream.close();
                }
            }
        }
    }

    /** Sends without end to whoever connects. */
    private void source(int port) throws IOException {
        Toe toe = attach();
        ListenSocket listener = listen(toe, port);
        StreamSocket stream = null;
        byte[] bytes = new byte[4096];
        while (toe.isOpen()) {
            toe.poll(-1);
            stream = stream == null ? listener.accept() : stream;
            while (stream != null && stream.write(ByteBuffer.wrap(bytes)) > 0) {
                continue;
            }
        }
    }

    /** Tries to cut and to grow the memory that it was given, and tells what else it can reach. */
    private void seal() throws IOException {
        try (ContextGrant context = Attach.context(instance, SIZE)) {
            List<Path> memories = new ArrayList<>();
            try (var open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
                for (Path descriptor : open) {
                    if (Files.isSymbolicLink(descriptor)
                        && Files.readSymbolicLink(descriptor).toString().contains("memfd:")) {
                        memories.add(descriptor);
                    }
                }
            }
            System.out.println("memories " + memories.size());
            for (long length : new long[] {0, 4096, context.region().byteSize() * 2}) {
                try (RandomAccessFile file = new RandomAccessFile(memories.getFirst().toFile(), "rw")) {
                    file.setLength(length);
                    System.out.println("resized");
                } catch (IOException sealed) {
                    System.out.println("sealed " + sealed.getMessage());
                }
            }
        }
    }

    /** Writes nonsense into contexts until each is closed, again and again. */
    private void fuzz(int seed) throws IOException {
        Random random = new Random(seed);
        System.out.println("seed " + seed);
        for (int i = 0; i < 40; i++) {
            try (ContextGrant context = Attach.context(instance, SIZE)) {
                ContextLayout layout = ContextLayout.attach(context.region());
                for (int j = 0; j < 400 && layout.isOpen(); j++) {
                    nonsense(context, layout, random, i % 4);
                    context.ring();
                }
            }
        }
        System.out.println("done");
    }

    private static void nonsense(ContextGrant context, ContextLayout layout, Random random, int how) {
        MemorySegment memory = context.region();
        DescriptorRing ring = new DescriptorRing(memory, layout.requestRing(), SIZE.ringSlots());
        switch (how) {
            case 0 -> { // the ring's indices
                memory.set(ValueLayout.JAVA_LONG, layout.requestRing(), random.nextInt(4) == 0 ? random.nextLong()
                    : random.nextInt(300));
                memory.set(ValueLayout.JAVA_LONG, layout.eventRing() + 64, random.nextInt(3) == 0 ? random.nextLong() : 0);
            }
            case 1 -> { // a listener that stays sound, with fields that change while they are read
                if (ring.available() == 0) {
                    long at = ring.claim();
                    ring.u8(at, Descriptor.TYPE, Descriptor.LISTEN);
                    ring.publish();
                }
                for (int i = 0; i < 2000; i++) {
                    memory.set(ValueLayout.JAVA_LONG, layout.requestRing() + 192 + 8L * random.nextInt(2048),
                        random.nextBoolean() ? random.nextLong() : random.nextInt(13));
                }
                memory.set(ValueLayout.JAVA_LONG, layout.requestRing(), random.nextInt(16));
            }
            case 2 -> { // everything but the payload
                for (int i = 0; i < 200; i++) {
                    memory.set(ValueLayout.JAVA_LONG, 8L * random.nextInt((int) (layout.receiveRing(0) / 8)),
                        random.nextLong());
                }
            }
            default -> { // descriptors of known types about unknown things
                for (int i = 0; i < 8; i++) {
                    long at = ring.claim();
                    ring.u8(at, Descriptor.TYPE, 1 + random.nextInt(12));
                    ring.i32(at, Descriptor.CONNECTION, random.nextInt(1 << 18));
                    ring.i32(at, Descriptor.TX_BYTES, random.nextInt());
                    ring.i32(at, Descriptor.ARGUMENT, random.nextInt(4));
                }
                ring.publish();
            }
        }
    }
}
