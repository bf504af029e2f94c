package org.millrace.toe;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.memory.AttachReply;
import org.millrace.memory.AttachRequest;
import org.millrace.memory.InstanceDirectory;
import org.millrace.memory.Linux;
import org.millrace.memory.MappedRegion;
import org.millrace.memory.NativeException;
import org.millrace.memory.Sockets;
import org.millrace.memory.UnixSockets;

/**
 * Gets contexts of instances that run in other processes: asks over the instance's Unix socket and maps the memory that
 * comes back. Needs native access and nothing else: no OSGi, no Chronicle. Any thread.
 */
public final class Attach {
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final long ANSWER_SECONDS = 5;
    private static final long PROCESS = new SecureRandom().nextLong() | 1;

    private final String instance;
    private final UnixSockets sockets = new UnixSockets();
    private final MemorySegment reply =
        Arena.ofAuto().allocate(AttachReply.HEAD_BYTES + AttachReply.MAX_TEXT_BYTES, 8);
    private final int[] descriptors = new int[2 * AttachReply.MAX_SHARDS];

    private Attach(String instance) {
        this.instance = instance;
        Arrays.fill(descriptors, -1);
    }

    /** Why an application got no context. The message is one line and says what to do. */
    public static final class AttachException extends IOException {
        private static final long serialVersionUID = 1;
        private final Reason reason;

        AttachException(Reason reason, String message) {
            super(message);
            this.reason = reason;
        }

        /** {@return the kind of failure} */
        public Reason reason() {
            return reason;
        }
    }

    /** The kinds of failure. */
    public enum Reason {
        /** No such instance runs. */
        UNKNOWN_INSTANCE,
        /** The instance is not for this user. */
        PERMISSION_DENIED,
        /** Library and runtime are of different versions. */
        VERSION,
        /** Contexts, descriptors or memory have run out, here or there. */
        LIMIT,
        /** The runtime died or does not answer, or the request made no sense to it. */
        FAILED
    }

    /**
     * Opens a context.
     *
     * @param instance the instance's name, or the absolute path of its directory: for one of another user
     * @param size     of the context
     * @return the context, for {@link Toe#open(ContextGrant)}
     * @throws AttachException if there is none to be had
     */
    public static ContextGrant context(String instance, ContextSize size) throws AttachException {
        return new Attach(instance).open(size);
    }

    private ContextGrant open(ContextSize size) throws AttachException {
        int socket = connect();
        List<MappedRegion> regions = new ArrayList<>();
        boolean attached = false;
        try {
            checkPeer(socket);
            AttachReply answer = ask(socket, size);
            if (Arrays.stream(descriptors, 0, 2 * answer.shards()).anyMatch(descriptor -> descriptor < 0)) {
                throw failure(Reason.LIMIT, "has granted a context, but its descriptors did not arrive: see ulimit -n");
            }
            for (int shard = 0; shard < answer.shards(); shard++) {
                int memory = descriptors[2 * shard];
                descriptors[2 * shard] = -1; // the region closes it
                regions.add(MappedRegion.attach(memory, answer.sizeBytes()));
            }
            int[] doorbells = IntStream.range(0, answer.shards()).map(shard -> descriptors[2 * shard + 1]).toArray();
            AttachedContext context = new AttachedContext(InstanceDirectory.of(instance), answer, regions, doorbells, socket);
            HangupWatch.add(context);
            attached = true;
            return context;
        } catch (NativeException e) {
            throw failure(Reason.LIMIT, "cannot be attached to: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw failure(Reason.VERSION, "cannot be attached to: " + e.getMessage());
        } finally {
            if (!attached) {
                abandon(socket, regions);
            }
        }
    }

    private void abandon(int socket, List<MappedRegion> regions) {
        regions.forEach(MappedRegion::close);
        for (int descriptor : descriptors) {
            if (descriptor >= 0) {
                Linux.close(descriptor);
            }
        }
        Linux.close(socket);
    }

    private int connect() throws AttachException {
        int socket = sockets.connect(InstanceDirectory.of(instance).socket());
        switch (-socket) {
            case Linux.ENOENT -> throw failure(Reason.UNKNOWN_INSTANCE, "does not run; " + running());
            case UnixSockets.ECONNREFUSED ->
                throw failure(Reason.UNKNOWN_INSTANCE, "does not run any more; " + running());
            case Linux.EACCES, Linux.EPERM -> throw failure(Reason.PERMISSION_DENIED,
                "is not for user " + Linux.userId() + ": run as its user, or let its runtime allow this one");
            default -> {
                if (socket < 0) {
                    throw failure(Reason.LIMIT, "cannot be connected to: " + Linux.text(-socket));
                }
                return socket;
            }
        }
    }

    private String running() {
        List<String> running = InstanceDirectory.known().stream().filter(this::isRunning).toList();
        return running.isEmpty() ? "no instance of this user runs" : "running are: " + String.join(", ", running);
    }

    private boolean isRunning(String name) {
        int socket = sockets.connect(InstanceDirectory.of(name).socket());
        if (socket >= 0) {
            Linux.close(socket);
        }
        return socket >= 0;
    }

    /** In /tmp anybody could have made a directory of this name; who names a path chooses whom to trust. */
    private void checkPeer(int socket) throws AttachException {
        int user = sockets.peer(socket).uid();
        if (user != 0 && user != Linux.userId() && !instance.startsWith("/")) {
            throw failure(Reason.PERMISSION_DENIED, "is run by user " + user + ", whom this user (" + Linux.userId()
                + ") has no reason to trust: name its directory if that is meant");
        }
    }

    private AttachReply ask(int socket, ContextSize size) throws AttachException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timeout = arena.allocateFrom(ValueLayout.JAVA_LONG, ANSWER_SECONDS, 0);
            new Sockets().setOption(socket, SOL_SOCKET, SO_RCVTIMEO, timeout.address(), 16);
            MemorySegment request = arena.allocate(AttachRequest.BYTES, 8);
            AttachRequest.of(size, PROCESS).write(request);
            sockets.send(socket, request, AttachRequest.BYTES); // a server that has hung up may have said why
        }
        receive(socket, 0, AttachReply.HEAD_BYTES);
        receive(socket, AttachReply.HEAD_BYTES, AttachReply.textBytes(reply));
        AttachReply answer = AttachReply.read(reply);
        switch (answer.code()) {
            case GRANTED -> {
                if (answer.shards() == 0) {
                    throw failure(Reason.VERSION, "cannot be attached to: it says not of how many shards it is");
                }
                return answer;
            }
            case VERSION -> throw new AttachException(Reason.VERSION, answer.message());
            case DENIED -> throw new AttachException(Reason.PERMISSION_DENIED, answer.message());
            case LIMIT -> throw new AttachException(Reason.LIMIT, answer.message());
            default -> throw failure(Reason.FAILED, "refuses the request: " + answer.message());
        }
    }

    private void receive(int socket, long offset, long length) throws AttachException {
        for (long done = 0; done < length;) {
            int[] arrived = new int[descriptors.length];
            long bytes = sockets.receive(socket, reply, offset + done, length - done, arrived);
            if (bytes == -Linux.EAGAIN) {
                throw failure(Reason.FAILED, "does not answer: its process is stopped or overloaded");
            }
            if (bytes <= 0 && bytes != -Linux.EINTR) {
                throw failure(Reason.FAILED, "has hung up: its runtime stops or has died");
            }
            if (arrived[0] >= 0 && descriptors[0] < 0) {
                System.arraycopy(arrived, 0, descriptors, 0, arrived.length);
            }
            done += Math.max(0, bytes);
        }
    }

    private AttachException failure(Reason reason, String what) {
        return new AttachException(reason, "instance '" + instance + "' " + what);
    }
}
