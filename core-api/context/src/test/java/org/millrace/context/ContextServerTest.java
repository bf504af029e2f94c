package org.millrace.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.memory.AttachReply;
import org.millrace.memory.AttachRequest;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.InstanceDirectory;
import org.millrace.memory.Linux;
import org.millrace.memory.WakeRequest;
import org.millrace.toe.Attach;
import org.millrace.toe.Attach.AttachException;
import org.millrace.toe.Attach.Reason;
import org.millrace.toe.Toe;

@Timeout(60)
class ContextServerTest {
    private static final ContextSize SMALL = new ContextSize(4, 4096, 4096, 64);

    @TempDir
    Path temporary;

    private final FakeRuntime runtime = new FakeRuntime();
    private InstanceDirectory directory;
    private ContextServer server;

    @BeforeEach
    void start() throws IOException {
        directory = InstanceDirectory.of(temporary.resolve("one").toString());
        server = ContextServer.start(directory, runtime, ContextServer.Settings.DEFAULT);
    }

    @AfterEach
    void stop() {
        server.close();
        runtime.close();
    }

    @Test
    void applicationSharesMemoryAndDoorbell() throws IOException {
        try (ContextGrant context = Attach.context(directory.path().toString(), SMALL)) {
            FakeRuntime.Grant grant = runtime.grant(0);
            context.region().set(ValueLayout.JAVA_INT, 5000, 42);
            assertThat(grant.region().get(ValueLayout.JAVA_INT, 5000)).isEqualTo(42);
            assertThat(grant.doorbell.drain()).isZero();
            context.ring();
            assertThat(grant.doorbell.drain()).isEqualTo(1);
            assertThat(context.instance()).isEqualTo("one");
            assertThat(context.transports()).containsExactly("tcp", "udp");
            assertThat(context.isOpen()).isTrue();
        }
    }

    @Test
    void contextOfSeveralShardsHasMemoryAndADoorbellInEach() throws IOException {
        runtime.shards = AttachReply.MAX_SHARDS;
        try (ContextGrant context = Attach.context(directory.path().toString(), SMALL)) {
            List<ContextGrant> there = runtime.grant(0).shards();
            assertThat(context.shards()).hasSize(AttachReply.MAX_SHARDS);
            for (int i = 0; i < there.size(); i++) {
                FakeRuntime.Grant shard = (FakeRuntime.Grant) there.get(i);
                context.shards().get(i).region().set(ValueLayout.JAVA_INT, 5000, 1000 + i);
                assertThat(shard.region().get(ValueLayout.JAVA_INT, 5000)).isEqualTo(1000 + i);
                context.shards().get(i).ring();
                assertThat(shard.doorbell.drain()).isEqualTo(1);
            }
            try (Toe toe = Toe.open(context)) {
                assertThat(toe.shards()).isEqualTo(AttachReply.MAX_SHARDS);
                assertThat(toe.poll(1_000)).isZero();
            }
        }
    }

    @Test
    void clientOfAnotherProtocolIsToldInOneLine() {
        try (RawClient client = new RawClient(directory)) {
            AttachReply reply = client.ask(new AttachRequest(1, ContextLayout.VERSION, ContextLayout.HASH, 4, 4096, 4096, 64, 0));
            assertThat(reply.code()).isEqualTo(AttachReply.Code.VERSION);
            assertThat(reply.message()).isEqualTo("the runtime's attach protocol is version 2, this library's is version 1: "
                + "use the library that came with the runtime");
            assertThat(client.isHungUp()).isTrue();
        }
    }

    /** A runtime of version 1 refuses so, and would not know how to say of how many shards it is. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void runtimeOfAnotherProtocolIsOneLine(int code) throws Exception {
        InstanceDirectory old = InstanceDirectory.of(temporary.resolve("old").toString());
        old.create(false);
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(old.socket()));
            Thread server = Thread.ofPlatform().start(() -> answerAsVersionOne(listener, code));
            assertThatThrownBy(() -> Attach.context(old.path().toString(), SMALL)).isInstanceOf(AttachException.class)
                .message().doesNotContain("\n").contains(code == 1 ? "the runtime's attach protocol is version 1" : "shards");
            server.join();
        }
    }

    private static void answerAsVersionOne(ServerSocketChannel listener, int code) {
        byte[] text = "the runtime's attach protocol is version 1, this library's is version 2\nold\n".getBytes(StandardCharsets.UTF_8);
        ByteBuffer reply = ByteBuffer.allocate(64 + text.length).order(ByteOrder.LITTLE_ENDIAN).putLong(0, ContextLayout.MAGIC)
            .putInt(8, 1).putInt(12, code).putInt(32, text.length).put(64, text);
        try (SocketChannel client = listener.accept()) {
            client.read(ByteBuffer.allocate(AttachRequest.BYTES));
            client.write(reply);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void ownerOfAContextIsWokenOverAChannelOfItsOwn() throws IOException {
        try (ContextGrant context = Attach.context(directory.path().toString(), SMALL)) {
            ReadableByteChannel channel = (ReadableByteChannel) context.wakeChannel();
            assertThat(context.wakeChannel()).isSameAs(channel);
            ByteBuffer bytes = ByteBuffer.allocate(8);
            assertThat(channel.read(bytes)).isZero();
            runtime.grant(0).selectorBell.ring();
            assertThat(channel.read(bytes)).isEqualTo(1);
            for (int i = 0; i < 100_000; i++) {
                runtime.grant(0).selectorBell.ring(); // nobody reads: it does not block
            }
            server.close();
            int read = 0;
            for (int n = 0; n >= 0; n = channel.read(bytes.clear())) {
                read += n;
            }
            assertThat(read).isPositive();
        }
    }

    @Test
    void wakeChannelWithoutTheTokenIsRefused() throws IOException {
        try (ContextGrant context = Attach.context(directory.path().toString(), SMALL);
             RawClient client = new RawClient(directory)) {
            MemorySegment request = Arena.ofAuto().allocate(AttachRequest.BYTES, 8);
            WakeRequest.write(request, 12345);
            client.send(request.toArray(ValueLayout.JAVA_BYTE));
            assertThat(client.reply().code()).isEqualTo(AttachReply.Code.BAD_REQUEST);
            assertThat(client.isHungUp()).isTrue();
            assertThat(context.isOpen()).isTrue();
        }
    }

    @Test
    void closingTheContextGivesItBack() throws Exception {
        Toe toe = Toe.open(Attach.context(directory.path().toString(), SMALL));
        FakeRuntime.Grant grant = runtime.grant(0);
        assertThat(grant.isOpen()).isTrue();
        toe.close();
        assertThat(grant.closed.await(40, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void contextOfAKilledApplicationIsTakenBack() throws Exception {
        try (Processes application = Processes.application(Tenant.class, directory.path().toString())) {
            assertThat(application.line()).isEqualTo("attached");
            FakeRuntime.Grant grant = runtime.grant(0);
            assertThat(grant.region().get(ValueLayout.JAVA_INT, 5000)).isEqualTo(42);
            assertThat(grant.isOpen()).isTrue();
            application.kill();
            assertThat(grant.closed.await(40, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void killedRuntimeEndsABlockedPollAndItsRestartIsServed() throws Exception {
        String other = temporary.resolve("two").toString();
        try (Processes first = Processes.runtime(temporary.resolve("classes"), FakeRuntime.class, other)) {
            assertThat(first.line()).isEqualTo("ready");
            Toe toe = Toe.open(Attach.context(other, SMALL));
            Thread killer = Thread.ofPlatform().start(first::kill);
            while (toe.isOpen()) {
                toe.poll(-1);
            }
            killer.join();
            toe.close();
            assertThatThrownBy(() -> Attach.context(other, SMALL)).isInstanceOf(AttachException.class)
                .hasMessageContaining("does not run any more").extracting("reason").isEqualTo(Reason.UNKNOWN_INSTANCE);
        }
        try (FakeRuntime restarted = new FakeRuntime();
             ContextServer second = ContextServer.start(InstanceDirectory.of(other), restarted,
                 ContextServer.Settings.DEFAULT)) {
            assertThat(second.directory().name()).isEqualTo("two");
            Attach.context(other, SMALL).close();
        }
    }

    @Test
    void stoppedServerEndsABlockedPoll() throws Exception {
        Toe toe = Toe.open(Attach.context(directory.path().toString(), SMALL));
        Thread stopper = Thread.ofPlatform().start(server::close);
        while (toe.isOpen()) {
            toe.poll(-1);
        }
        stopper.join();
        toe.close();
        assertThat(directory.socket()).doesNotExist();
    }

    @Test
    void instanceCannotBeStartedTwice() {
        assertThatThrownBy(() -> ContextServer.start(directory, runtime, ContextServer.Settings.DEFAULT))
            .isInstanceOf(IOException.class).hasMessageContaining("'one' runs already");
    }

    @Test
    void modesKeepOtherUsersOut() throws IOException {
        assertThat(mode(directory.path())).isEqualTo("rwx------");
        assertThat(mode(directory.socket())).isEqualTo("rw-------");
        assertThat(mode(directory.lock())).isEqualTo("rw-------");
        InstanceDirectory open = InstanceDirectory.of(temporary.resolve("shared").toString());
        try (ContextServer shared = ContextServer.start(open, runtime, new ContextServer.Settings(Set.of(65534), () -> { }))) {
            assertThat(mode(shared.directory().path())).isEqualTo("rwx--x--x");
            assertThat(mode(open.socket())).isEqualTo("rw-rw-rw-");
            assertThat(mode(open.lock())).isEqualTo("rw-------");
        }
    }

    @Test
    void memoryHandedOverCannotBeResized() {
        try (RawClient client = new RawClient(directory)) {
            assertThat(client.ask(AttachRequest.of(SMALL, 0)).code()).isEqualTo(AttachReply.Code.GRANTED);
            Linux linux = new Linux();
            assertThat(linux.truncate(client.descriptors[0], 0)).isEqualTo(-Linux.EPERM);
            assertThat(linux.truncate(client.descriptors[0], 1L << 30)).isEqualTo(-Linux.EPERM);
        }
    }

    @Test
    void otherLayoutIsRefusedWithBothValues() {
        try (RawClient client = new RawClient(directory)) {
            AttachReply reply = client.ask(new AttachRequest(AttachRequest.PROTOCOL, 77, 0xabcdef, 4, 4096, 4096, 64, 0));
            assertThat(reply.code()).isEqualTo(AttachReply.Code.VERSION);
            assertThat(reply.message()).contains("version 77 (hash 00abcdef)")
                .contains(String.format("version %d (hash %08x)", ContextLayout.VERSION, ContextLayout.HASH));
            assertThat(client.isHungUp()).isTrue();
        }
    }

    @Test
    void contextLimitIsOneLine() throws Exception {
        runtime.most = 1;
        try (ContextGrant first = Attach.context(directory.path().toString(), SMALL)) {
            assertThatThrownBy(() -> Attach.context(directory.path().toString(), SMALL))
                .isInstanceOf(AttachException.class).hasMessageContaining("all users have 1 contexts")
                .extracting("reason").isEqualTo(Reason.LIMIT);
            assertThat(first.isOpen()).isTrue();
        }
    }

    @Test
    void nobodyWaitsForAnothersAttach() throws Exception {
        ContextSize size = new ContextSize(FakeRuntime.SLOW_CONNECTIONS, 4096, 4096, 64);
        RawClient impatient = new RawClient(directory);
        try (RawClient slow = new RawClient(directory)) {
            slow.send(bytes(AttachRequest.of(size, 0)));
            impatient.send(bytes(AttachRequest.of(size, 0)));
            impatient.close();
            Attach.context(directory.path().toString(), SMALL).close();
            FakeRuntime.Grant dead = runtime.grant(0);
            assertThat(dead.closed.await(40, TimeUnit.SECONDS)).as("a lease is given back meanwhile").isTrue();
            runtime.slow.countDown();
            assertThat(slow.reply().code()).isEqualTo(AttachReply.Code.GRANTED);
        }
        server.close();
        assertThat(runtime.grants).hasSize(3).as("also that of who had hung up").noneMatch(FakeRuntime.Grant::isOpen);
    }

    private static byte[] bytes(AttachRequest request) {
        MemorySegment memory = Arena.ofAuto().allocate(AttachRequest.BYTES, 8);
        request.write(memory);
        return memory.toArray(ValueLayout.JAVA_BYTE);
    }

    @Test
    void impossibleSizeIsRefusedWithTheReason() {
        try (RawClient client = new RawClient(directory)) {
            AttachReply reply = client.ask(new AttachRequest(AttachRequest.PROTOCOL, ContextLayout.VERSION,
                ContextLayout.HASH, 4, 4097, 4096, 64, 0));
            assertThat(reply.code()).isEqualTo(AttachReply.Code.BAD_REQUEST);
            assertThat(reply.message()).contains("receiveBytes is 4097");
        }
    }

    @Test
    void unknownInstanceNamesThoseThatRun() throws IOException {
        String name = "test-" + ProcessHandle.current().pid();
        InstanceDirectory named = InstanceDirectory.of(name);
        try (ContextServer known = ContextServer.start(named, runtime, ContextServer.Settings.DEFAULT)) {
            assertThat(InstanceDirectory.known()).contains(known.directory().name());
            assertThatThrownBy(() -> Toe.attach(name + "-x")).isInstanceOf(AttachException.class)
                .hasMessageContaining("'" + name + "-x' does not run").hasMessageContaining(name)
                .extracting("reason").isEqualTo(Reason.UNKNOWN_INSTANCE);
            Attach.context(name, SMALL).close();
        } finally {
            Files.deleteIfExists(named.lock());
            Files.deleteIfExists(named.path());
        }
    }

    @Test
    void garbageAndSilenceDoNotDisturbOthers() throws Exception {
        Random random = new Random(2);
        List<RawClient> silent = new ArrayList<>();
        try (ContextGrant context = Attach.context(directory.path().toString(), SMALL)) {
            for (int i = 0; i < 100; i++) {
                silent.add(new RawClient(directory));
                try (RawClient client = new RawClient(directory)) {
                    byte[] bytes = new byte[1 + random.nextInt(200)];
                    random.nextBytes(bytes);
                    client.send(bytes);
                }
            }
            assertThat(silent.getFirst().isHungUp()).as("the oldest that said nothing").isTrue();
            Attach.context(directory.path().toString(), SMALL).close();
            assertThat(context.isOpen()).as("seed 2").isTrue();
            assertThat(runtime.grant(0).isOpen()).isTrue();
        } finally {
            silent.forEach(RawClient::close);
        }
    }

    @Test
    void descriptorsSentToTheServerAreClosed() throws IOException {
        long before = descriptors();
        for (int i = 0; i < 50; i++) {
            try (RawClient client = new RawClient(directory)) {
                MemorySegment request = Arena.ofAuto().allocate(AttachRequest.BYTES, 8);
                AttachRequest.of(SMALL, 0).write(request);
                client.sockets.send(client.socket, request, AttachRequest.BYTES, 0, 1, 2);
                assertThat(client.reply().code()).isEqualTo(AttachReply.Code.GRANTED);
            }
        }
        server.close();
        assertThat(descriptors() - before).isLessThan(20);
    }

    private static long descriptors() throws IOException {
        try (var entries = Files.list(Path.of("/proc/self/fd"))) {
            return entries.count();
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    /** An application: attaches, writes, stays. */
    static final class Tenant {
        private Tenant() {
        }

        public static void main(String[] arguments) throws IOException {
            Toe toe = Toe.open(Attach.context(arguments[0], SMALL));
            toe.region().set(ValueLayout.JAVA_INT, 5000, 42);
            System.out.println("attached");
            while (toe.isOpen()) {
                toe.poll(-1);
            }
        }
    }
}
