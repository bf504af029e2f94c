package org.millrace.runtime.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.HashSet;
import java.util.Set;
import org.millrace.memory.InstanceDirectory;
import org.millrace.runtime.operate.OperationException;
import org.millrace.runtime.operate.OperationException.Fault;
import org.millrace.runtime.operate.Operations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves operators over the Unix socket {@code control} of the instance's directory: one request and its answer a
 * connection, docs/control-socket.md.
 *
 * <p>DESIGN NOTES. A thread a connection, because a swap takes its time, and never more than {@value #MAX_SESSIONS} of
 * them; those that may only look have a few, so that they cannot keep the owner out. A connection waits for its client
 * only within {@link Connection}'s limits. None of this is the data path's thread, which is asked as any caller asks it.
 *
 * <p>{@link #close} by any thread.
 */
public final class ControlServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
    private static final int BACKLOG = 32;
    private static final int MAX_SESSIONS = 16;
    private static final int MAX_LOOKERS = 4;

    private final String name;
    private final Path socket;
    private final ServerSocketChannel listener;
    private final Callers callers;
    private final Commands commands;
    private final Set<Session> sessions = new HashSet<>();
    private final Thread thread;

    private ControlServer(InstanceDirectory directory, ServerSocketChannel listener, Callers callers, Commands commands) {
        name = directory.name();
        socket = directory.control();
        this.listener = listener;
        this.callers = callers;
        this.commands = commands;
        thread = Thread.ofPlatform().daemon().name("millrace-control-" + name).unstarted(this::accept);
    }

    /**
     * Begins to serve. What a killed runtime has left there is taken over: the instance holds its directory's lock.
     *
     * @param operations of an instance with a directory
     * @return the server
     * @throws IOException if the socket cannot be made
     */
    public static ControlServer start(Operations operations) throws IOException {
        InstanceDirectory directory = operations.instance().directory();
        Set<Integer> users = operations.instance().config().sharing().users();
        Files.deleteIfExists(directory.control());
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(directory.control()), BACKLOG);
            Files.setPosixFilePermissions(directory.control(),
                PosixFilePermissions.fromString(users.isEmpty() ? "rw-------" : "rw-rw-rw-"));
            ControlServer server = new ControlServer(directory, listener, new Callers(directory.path(), users),
                new Commands(operations));
            server.thread.start();
            return server;
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    private void accept() {
        while (listener.isOpen()) {
            try {
                admit(listener.accept());
            } catch (ClosedChannelException closed) {
                return;
            } catch (IOException e) {
                LOG.warn("instance '{}' cannot take a control connection: {}", name, e.toString());
                pause();
            }
        }
    }

    /** With no descriptors left accept would fail at once for ever. */
    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void admit(SocketChannel channel) throws IOException {
        Session session;
        OperationException refusal = null;
        try {
            session = new Session(new Connection(channel), Callers.of(channel));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        synchronized (sessions) {
            if (!callers.mayLook(session.user)) {
                LOG.warn("instance '{}' is not for user {}, who has asked for control", name, session.user.getName());
                refusal = new OperationException(Fault.DENIED, "instance '" + name + "' is not for user "
                    + session.user.getName());
            } else if (sessions.size() >= MAX_SESSIONS || !callers.mayChange(session.user) && lookers() >= MAX_LOOKERS) {
                refusal = new OperationException(Fault.REFUSED, "instance '" + name + "' serves as many control "
                    + "connections as it can: try again");
            } else {
                sessions.add(session);
            }
        }
        if (refusal == null) {
            Thread.ofPlatform().daemon().name("millrace-control-" + name + "-session").start(session);
        } else {
            session.refuse(refusal);
        }
    }

    private long lookers() {
        return sessions.stream().filter(session -> !callers.mayChange(session.user)).count();
    }

    /** Hangs up on everybody and takes the socket away. */
    @Override
    public void close() {
        try {
            listener.close();
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LOG.warn("leaving {}: {}", socket, e.getMessage());
        }
        synchronized (sessions) {
            sessions.forEach(Session::hangUp);
        }
    }

    /** A connection and its one request. */
    private final class Session implements Runnable {
        final UserPrincipal user;
        private final Connection connection;
        private final Answer answer;

        Session(Connection connection, UserPrincipal user) {
            this.connection = connection;
            this.user = user;
            answer = new Answer(connection);
        }

        @Override
        public void run() {
            try {
                String line = connection.readLine();
                if (line != null) {
                    obey(line);
                }
            } catch (IOException e) {
                refuse(Request.bad(String.valueOf(e.getMessage())));
            } catch (RuntimeException e) {
                LOG.warn("instance '{}': a control request has failed", name, e);
                refuse(new OperationException(Fault.REFUSED, "the request has failed: " + e));
            } finally {
                hangUp();
                synchronized (sessions) {
                    sessions.remove(this);
                }
            }
        }

        private void obey(String line) throws IOException {
            try {
                Request request = Request.parse(line);
                Command command = commands.find(request.operation());
                if (command.changes() && !callers.mayChange(user)) {
                    LOG.warn("instance '{}': user {} may not {}", name, user.getName(), request.operation());
                    throw new OperationException(Fault.DENIED, request.operation() + " of instance '" + name
                        + "' is for its owner, " + callers.owner() + ", and root, not for user " + user.getName());
                }
                if (command.changes()) {
                    LOG.info("instance '{}': user {}: {}", name, user.getName(), line);
                }
                command.run(request, answer);
            } catch (OperationException refusal) {
                answer.error(refusal);
            }
        }

        /** Answers and hangs up; a client that does not wait for it need not have it. */
        void refuse(OperationException refusal) {
            try {
                answer.error(refusal);
            } catch (IOException gone) {
                LOG.debug("instance '{}': {}", name, gone.toString());
            }
            hangUp();
        }

        void hangUp() {
            try {
                connection.close();
            } catch (IOException e) {
                LOG.debug("instance '{}': {}", name, e.toString());
            }
        }
    }
}
