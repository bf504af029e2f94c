package org.millrace.context;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextOwner;
import org.millrace.api.context.ContextProvider;
import org.millrace.memory.AttachReply;
import org.millrace.memory.AttachReply.Code;
import org.millrace.memory.AttachRequest;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.EventFd;
import org.millrace.memory.InstanceDirectory;
import org.millrace.memory.Linux;
import org.millrace.memory.NativeException;
import org.millrace.memory.PollSet;
import org.millrace.memory.Threads;
import org.millrace.memory.UnixSockets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands contexts of an instance to other processes, over the Unix socket in the instance's directory, and takes them back
 * when the connection hangs up, which the kernel sees to however a process dies. The messages are {@link AttachRequest}
 * and {@link AttachReply}.
 *
 * <p>DESIGN NOTES. One thread, asleep in poll(2) over all connections. A client can make it wait for nothing: sockets do not
 * block, a reply fits an empty socket's buffer, and of the connections of a user that have asked for nothing yet the oldest
 * is dropped when there are {@value #MAX_SILENT}. Contexts are opened and taken back by threads of their own, one each, for
 * the system may take long over large ones: nobody waits for another's. How many there can be is the provider's to say.
 * One descriptor is kept in reserve to tell a client that there are no more.
 *
 * <p>{@link #close} by any thread; {@link ContextProvider#open} and {@link ContextGrant#close} are called by any.
 */
public final class ContextServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ContextServer.class);
    private static final int BACKLOG = 128;
    private static final int MAX_SILENT = 64;
    private static final long HOUSEKEEPING_NS = TimeUnit.SECONDS.toNanos(1);

    private final InstanceDirectory directory;
    private final ContextProvider provider;
    private final Settings settings;
    private final FileChannel lock;
    private final int listener;
    private final EventFd bell = new EventFd();
    private final ConcurrentLinkedQueue<Runnable> opened = new ConcurrentLinkedQueue<>();
    private final ExecutorService openers;
    private final UnixSockets sockets = new UnixSockets();
    private final Linux linux = new Linux();
    private final MemorySegment reply =
        Arena.ofAuto().allocate(AttachReply.HEAD_BYTES + AttachReply.MAX_TEXT_BYTES, 8);
    private final SecureRandom tokens = new SecureRandom();
    private final PollSet polled = new PollSet();
    private final List<Tenant> tenants = new ArrayList<>();
    private final Thread thread;
    private long housekeptNs = System.nanoTime() - HOUSEKEEPING_NS;
    private volatile boolean stopping;
    private int reserve;

    /**
     * What the instance allows.
     *
     * @param users        ids of users that may have contexts beside the runtime's own and root
     * @param housekeeping done every second while there are contexts, by the server's thread
     */
    public record Settings(Set<Integer> users, Runnable housekeeping) {
        /** For the runtime's user and root. */
        public static final Settings DEFAULT = new Settings(Set.of(), () -> { });

        /** Copies. */
        public Settings {
            users = Set.copyOf(users);
        }
    }

    private ContextServer(InstanceDirectory directory, ContextProvider provider, Settings settings, FileChannel lock,
                          int listener) {
        this.directory = directory;
        this.provider = provider;
        this.settings = settings;
        this.lock = lock;
        this.listener = listener;
        reserve = linux.eventFd();
        openers = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("millrace-open-" + directory.name()).factory());
        thread = Thread.ofPlatform().daemon().name("millrace-attach-" + directory.name()).unstarted(this::run);
    }

    /**
     * Begins to serve. What a killed runtime has left in the directory is taken over.
     *
     * @param directory the instance's; made if it is not there
     * @param provider  of contexts whose grants have descriptors
     * @param settings  what is allowed
     * @return the server
     * @throws IOException if the instance runs already, or its directory cannot be used
     */
    public static ContextServer start(InstanceDirectory directory, ContextProvider provider, Settings settings)
            throws IOException {
        directory.create(!settings.users.isEmpty());
        FileChannel lock = lock(directory);
        int listener = -1;
        boolean started = false;
        try {
            Files.deleteIfExists(directory.socket());
            listener = (int) Linux.check(new UnixSockets().listen(directory.socket(), BACKLOG),
                "listen at " + directory.socket());
            Files.setPosixFilePermissions(directory.socket(),
                PosixFilePermissions.fromString(settings.users.isEmpty() ? "rw-------" : "rw-rw-rw-"));
            ContextServer server = new ContextServer(directory, provider, settings, lock, listener);
            server.thread.start();
            started = true;
            return server;
        } catch (NativeException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            if (!started) {
                if (listener >= 0) {
                    Linux.close(listener);
                    Files.deleteIfExists(directory.socket());
                }
                lock.close();
            }
        }
    }

    private static FileChannel lock(InstanceDirectory directory) throws IOException {
        FileChannel channel = FileChannel.open(directory.lock(), Set.of(StandardOpenOption.CREATE,
            StandardOpenOption.WRITE), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        boolean free;
        try {
            free = channel.tryLock() != null;
        } catch (OverlappingFileLockException sameProcess) {
            free = false;
        }
        if (!free) {
            channel.close();
            throw new IOException("instance '" + directory.name() + "' runs already (" + directory.path()
                + " is locked): stop it or choose another name");
        }
        return channel;
    }

    /** {@return the directory that it serves in} */
    public InstanceDirectory directory() {
        return directory;
    }

    /** Hangs up on every application, takes their contexts back and ends the thread. */
    @Override
    public void close() {
        stopping = true;
        bell.signal();
        Threads.joinUninterruptibly(thread);
    }

    private void run() {
        try {
            while (!stopping) {
                pollOnce();
            }
        } catch (RuntimeException e) {
            LOG.error("instance '{}' hands out no more contexts: {}", directory.name(), e.toString());
        } finally {
            release();
        }
    }

    private void pollOnce() {
        polled.clear();
        polled.add(bell.descriptor());
        polled.add(listener);
        tenants.forEach(tenant -> polled.add(tenant.socket));
        polled.await(tenants.isEmpty() ? -1 : HOUSEKEEPING_NS);
        bell.drain();
        for (int i = tenants.size() - 1; i >= 0; i--) {
            if (polled.isReady(i + 2) && !serve(tenants.get(i))) {
                close(tenants.remove(i));
            }
        }
        if (polled.isReady(1)) {
            accept();
        }
        for (Runnable answer = opened.poll(); answer != null; answer = opened.poll()) {
            answer.run();
        }
        keepHouse();
    }

    private void keepHouse() {
        long nowNs = System.nanoTime();
        if (!tenants.isEmpty() && nowNs - housekeptNs >= HOUSEKEEPING_NS) {
            housekeptNs = nowNs;
            settings.housekeeping.run();
            List<Tenant> over = tenants.stream().filter(Tenant::isOver).toList();
            tenants.removeAll(over);
            over.forEach(this::close);
        }
    }

    private void accept() {
        int socket = sockets.accept(listener);
        if (socket == -UnixSockets.EMFILE || socket == -UnixSockets.ENFILE) {
            refuseWithReserve();
        } else if (socket >= 0) {
            UnixSockets.Peer peer = sockets.peer(socket);
            Tenant tenant = new Tenant(socket, peer);
            if (isAllowed(peer.uid())) {
                dropSilent(peer.uid());
                tenants.add(tenant);
            } else {
                refuse(socket, Code.DENIED, "instance '" + directory.name() + "' is not for user " + peer.uid()
                    + ": its users are " + users());
                tenant.hangUp();
            }
        }
    }

    private void refuseWithReserve() {
        Linux.close(reserve);
        int socket = sockets.accept(listener);
        if (socket >= 0) {
            refuse(socket, Code.LIMIT, "the runtime of instance '" + directory.name()
                + "' has reached its limit of descriptors: raise it (ulimit -n) or close contexts");
            Linux.close(socket);
        }
        reserve = linux.eventFd();
    }

    private void dropSilent(int user) {
        List<Tenant> silent = tenants.stream().filter(tenant -> tenant.peer.uid() == user && tenant.isSilent()).toList();
        if (silent.size() >= MAX_SILENT) {
            tenants.remove(silent.getFirst());
            silent.getFirst().hangUp();
        }
    }

    private boolean isAllowed(int user) {
        return user == 0 || user == Linux.userId() || settings.users.contains(user);
    }

    private String users() {
        Set<Integer> all = new TreeSet<>(settings.users);
        all.add(0);
        all.add(Linux.userId());
        return all.toString();
    }

    /** {@return whether the connection stays} */
    private boolean serve(Tenant tenant) {
        return switch (tenant.receive(sockets)) {
            case WAITS -> true;
            case GONE -> false;
            case REQUESTED -> tenant.wantsWaking() ? wake(tenant) : answer(tenant);
        };
    }

    /** A user can have its own contexts' owners woken, and nobody else's. */
    private boolean wake(Tenant tenant) {
        for (Tenant lease : tenants) {
            if (lease.isLease(tenant.wantedToken()) && lease.peer.uid() == tenant.peer.uid() && !lease.isWoken()) {
                tenant.wakes(lease);
                return answer(tenant, 0, 0) > 0;
            }
        }
        refuse(tenant.socket, Code.BAD_REQUEST, "there is no context of that token, or it has its wake channel already");
        return false;
    }

    private boolean answer(Tenant tenant) {
        AttachRequest request;
        try {
            request = tenant.request();
        } catch (IllegalArgumentException e) {
            return refuse(tenant, Code.BAD_REQUEST, e.getMessage());
        }
        String mismatch = mismatch(request);
        if (mismatch != null) {
            return refuse(tenant, Code.VERSION, mismatch);
        }
        tenant.opens();
        openers.execute(() -> open(tenant, request));
        return true;
    }

    /** By a thread of its own; what comes of it is done by the server's. */
    private void open(Tenant tenant, AttachRequest request) {
        Runnable answer;
        try {
            ContextGrant context = provider.open(request.size(), owner(tenant.peer, request.process()));
            answer = () -> granted(tenant, context, request);
        } catch (IllegalArgumentException e) {
            answer = () -> refused(tenant, Code.BAD_REQUEST, e.getMessage());
        } catch (RuntimeException | OutOfMemoryError e) { // limits of the runtime, the system and Chronicle
            answer = () -> refused(tenant, Code.LIMIT, "instance '" + directory.name() + "' has no context left: "
                + (e instanceof OutOfMemoryError ? "its runtime is out of memory" : e.getMessage()));
        }
        opened.add(answer);
        bell.signal();
    }

    private void granted(Tenant tenant, ContextGrant context, AttachRequest request) {
        tenant.granted(context, tokens.nextLong());
        if (tenant.hasHungUp()) { // meanwhile
            giveBack(tenant);
        } else if (answer(tenant, context.region().byteSize(), tenant.token(), descriptors(context)) < 0) {
            tenants.remove(tenant);
            close(tenant);
        } else {
            LOG.info("process {} of user {} has a context of {} connections", tenant.peer.pid(), tenant.peer.uid(),
                request.connections());
        }
    }

    /** {@return memory and doorbell of each shard, in order} */
    private static int[] descriptors(ContextGrant context) {
        return context.shards().stream().flatMapToInt(shard ->
            IntStream.of(shard.regionDescriptor(), shard.doorbellDescriptor())).toArray();
    }

    private void refused(Tenant tenant, Code code, String message) {
        if (tenants.remove(tenant)) {
            refuse(tenant, code, message);
            close(tenant);
        }
    }

    /** {@return false: the connection does not stay} */
    private boolean refuse(Tenant tenant, Code code, String message) {
        LOG.info("no context for process {} of user {}: {}", tenant.peer.pid(), tenant.peer.uid(), message);
        refuse(tenant.socket, code, message);
        return false;
    }

    private void close(Tenant tenant) {
        tenant.hangUp();
        if (tenant.hasContext()) {
            giveBack(tenant);
        }
    }

    private void giveBack(Tenant tenant) {
        if (openers.isShutdown()) {
            tenant.giveBack();
        } else {
            openers.execute(tenant::giveBack);
        }
    }

    private static String mismatch(AttachRequest request) {
        if (request.protocol() != AttachRequest.PROTOCOL) {
            return "the runtime's attach protocol is version " + AttachRequest.PROTOCOL + ", this library's is version "
                + request.protocol() + ": use the library that came with the runtime";
        }
        if (request.layoutVersion() != ContextLayout.VERSION || request.layoutHash() != ContextLayout.HASH) {
            return String.format("the runtime's context layout is version %d (hash %08x), this library's is version %d "
                + "(hash %08x): use the library that came with the runtime", ContextLayout.VERSION, ContextLayout.HASH,
                request.layoutVersion(), request.layoutHash());
        }
        return null;
    }

    private record Owner(int user, int process, long number) implements ContextOwner {
    }

    /** One that is equal to no other. */
    private static final class Stranger implements ContextOwner {
        private final int user;

        Stranger(int user) {
            this.user = user;
        }

        @Override
        public int user() {
            return user;
        }
    }

    /** A process as the kernel names it, and as it names itself: of another namespace the kernel says 0. */
    private static ContextOwner owner(UnixSockets.Peer peer, long number) {
        return peer.pid() == 0 && number == 0 ? new Stranger(peer.uid()) : new Owner(peer.uid(), peer.pid(), number);
    }

    /** Sends a granting answer; a negative number if it did not get away. */
    private int answer(Tenant tenant, long sizeBytes, long token, int... descriptors) {
        List<String> transports = tenant.hasContext() ? tenant.transports() : List.of();
        int length = new AttachReply(Code.GRANTED, "", directory.name(), transports, descriptors.length / 2, sizeBytes, token)
            .write(reply);
        long sent = sockets.send(tenant.socket, reply, length, descriptors);
        if (sent != length) {
            LOG.warn("answering process {}: {}", tenant.peer.pid(),
                sent < 0 ? Linux.text((int) -sent) : "only " + sent + " of " + length + " bytes sent");
            return -1;
        }
        return length;
    }

    private void refuse(int socket, Code code, String message) {
        int length = AttachReply.refusal(code, message, directory.name()).write(reply);
        sockets.send(socket, reply, length); // whoever does not wait for the answer need not have it
    }

    private void release() {
        tenants.forEach(this::close);
        tenants.clear();
        Linux.close(listener);
        openers.close(); // waits for what is being opened
        for (Runnable answer = opened.poll(); answer != null; answer = opened.poll()) {
            answer.run();
        }
        Linux.close(reserve);
        bell.close();
        try {
            Files.deleteIfExists(directory.socket());
            lock.close();
        } catch (IOException e) {
            LOG.warn("leaving {}: {}", directory.path(), e.getMessage());
        }
    }
}
