package org.millrace.cli.journal;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.cli.tool.ToolException;
import org.millrace.memory.Descriptor;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.path.DataPath;

/**
 * Replays a recorded context: its requests in their order into a fresh context, on a data path whose neighbour over the
 * memory port does what the recorded events imply that the peers did.
 *
 * <p>DESIGN NOTES. A request goes in when everything has happened again that the recording has before it, so it is as legal
 * as it was. Of bumps only the sums count: how they were batched was the data path's affair. Time is virtual and goes on
 * only as far as it takes. docs/decisions/009 says what is compared and why.
 */
final class Replay {
    private static final long ROUND_NS = 1_000;
    private static final long LIMIT_NS = 120_000_000_000L;
    private static final long SETTLE_NS = 500_000_000L;
    private static final int MAX_DIFFERENCES = 20;

    private final Survey survey;
    private final DataPath path;
    private final DataPath peerPath;
    private final ReplayContext context;
    private final ReplayPeer peer;
    private final Map<Integer, ReplayContext.Connection> connections = new LinkedHashMap<>();
    private final Map<Integer, Expected> expected = new HashMap<>();
    private final Map<Integer, Integer> listeners = new HashMap<>();
    private final Map<Long, InetSocketAddress> listening = new HashMap<>();
    private final List<String> notes;
    private final List<String> differences = new ArrayList<>();
    private long nowNs = 1_000_000_000;
    private long entries;
    private long requests;
    private long events;
    private long leftOut;
    private long ended;

    /** Sums of what was recorded of a connection. */
    private static final class Expected {
        long told;
        long freed;
        boolean finished;
        boolean closed;
        boolean differs;
    }

    private Replay(Survey survey) {
        this.survey = survey;
        notes = new ArrayList<>(survey.notes);
        ContextSize size = survey.size();
        MemoryPort[] ends = MemoryPort.pair(Map.of());
        path = ReplayHost.create("replay", ends[0], survey.local, 1);
        peerPath = ReplayHost.create("replay-peer", ends[1], survey.peers, 2);
        ContextGrant grant = path.grant(size);
        context = new ReplayContext(grant);
        peer = new ReplayPeer(peerPath.grant(size));
    }

    static ReplayReport run(JournalPlace.Recording recording) throws ToolException {
        Replay replay = new Replay(Survey.of(recording));
        try {
            recording.read(replay::step);
            replay.compareSums();
            return replay.report(recording);
        } finally {
            replay.peer.close();
            replay.path.close();
            replay.peerPath.close();
        }
    }

    private void step(RecordedDescriptor descriptor) {
        entries++;
        if (differences.size() >= MAX_DIFFERENCES || ended != 0) {
            if (ended != 0 && ended == entries - 1) {
                differ("the context is closed for entry " + ended + ", the recording goes on");
            }
            return;
        }
        int id = descriptor.connection();
        boolean names = id != 0 && descriptor.type() != Descriptor.CONNECTED && descriptor.type() != Descriptor.ACCEPTED;
        if (names && !connections.containsKey(id)) {
            leftOut++; // it began before the journal, or in another context
        } else if (descriptor.isRequest()) {
            requests++;
            request(descriptor);
        } else {
            events++;
            event(descriptor);
        }
    }

    private void request(RecordedDescriptor request) {
        ReplayContext.Connection connection = connections.get(request.connection());
        int argument = request.argument();
        switch (request.type()) {
            case Descriptor.CONNECT -> preparePeer(request);
            case Descriptor.UNLISTEN -> argument = listeners.getOrDefault(argument, argument);
            case Descriptor.CLOSE -> {
                connection.closedByApplication = true;
                connection.end.leaveWithPeer();
            }
            case Descriptor.ABORT -> {
                connection.closedByApplication = true;
                connection.end.failed = true; // it may not have read all by then
            }
            default -> { }
        }
        context.write(request, connection, argument);
        await(context::isRead);
        if (!context.isOpen()) {
            ended = entries;
        }
    }

    /** Whoever answered then listens now, whoever refused does not. */
    private void preparePeer(RecordedDescriptor request) {
        boolean answers = survey.connects.getOrDefault(request.opaque(), Status.OK) == Status.OK;
        if (survey.peers.contains(request.peer().getAddress())) {
            peer.listen(request.peer(), answers);
            await(() -> !answers || peer.isListening(request.peer()));
        }
    }

    private void event(RecordedDescriptor event) {
        switch (event.type()) {
            case Descriptor.CONNECTED -> connected(event);
            case Descriptor.LISTENING -> listening(event);
            case Descriptor.ACCEPTED -> accepted(event);
            case Descriptor.BUMP -> bump(event);
            case Descriptor.CLOSED -> closed(event);
            default -> leftOut++;
        }
    }

    private void connected(RecordedDescriptor event) {
        ReplayContext.Answer answer = answer(event);
        if (answer == null || answer.status() != Status.OK) {
            return;
        }
        ReplayContext.Connection connection = context.connections.get(answer.connection());
        await(() -> peer.findByPeer(connection.localPort()) != null);
        join(event.connection(), connection, peer.findByPeer(connection.localPort()));
    }

    private void listening(RecordedDescriptor event) {
        ReplayContext.Answer answer = answer(event);
        if (answer != null && answer.status() == Status.OK) {
            listeners.put(event.argument(), answer.listener());
            InetAddress any = survey.local.iterator().next();
            InetAddress local = event.local().getAddress();
            listening.put(event.opaque(), new InetSocketAddress(local.isAnyLocalAddress() ? any : local, answer.port()));
        }
    }

    /** {@return the answer to a request, or null and a difference} Kinds of failure depend on the network: not compared. */
    private ReplayContext.Answer answer(RecordedDescriptor event) {
        boolean came = await(() -> context.answers.containsKey(event.opaque()));
        ReplayContext.Answer answer = context.answers.remove(event.opaque());
        if (!came) {
            differ("no " + event.typeName() + " for opaque " + event.opaque());
        } else if (answer.status() == Status.OK != (event.status() == Status.OK)) {
            differ(event.typeName() + " says " + answer.status().text() + ", recorded is " + event.status().text());
            return null;
        }
        return answer;
    }

    private void accepted(RecordedDescriptor event) {
        InetSocketAddress to = listening.get(event.opaque());
        if (to == null) {
            leftOut++;
            return;
        }
        ReplayPeer.End end = peer.connect(to);
        if (!await(() -> context.accepted != null && !end.stream.isConnecting())) {
            differ("no connection is accepted at " + to);
            return;
        }
        join(event.connection(), context.accepted, end);
        context.accepted = null;
    }

    private void join(int recorded, ReplayContext.Connection connection, ReplayPeer.End end) {
        if (end == null) {
            differ("the peer has no connection for " + Integer.toHexString(recorded));
            return;
        }
        connection.end = end;
        connections.put(recorded, connection);
        expected.put(recorded, new Expected());
    }

    private void bump(RecordedDescriptor event) {
        ReplayContext.Connection connection = connections.get(event.connection());
        Expected sums = expected.get(event.connection());
        sums.told += event.receiveBytes();
        sums.freed += event.transmitBytes();
        sums.finished |= event.fin();
        connection.end.send(event.receiveBytes(), event.fin());
        boolean came = sums.differs || await(() -> connection.told >= sums.told && connection.freed >= sums.freed
            && (connection.finished || !sums.finished));
        if (!came) {
            sums.differs = true;
            differ(String.format("connection %08x has %d bytes to read and %d freed, recorded are %d and %d%s",
                event.connection(), connection.told, connection.freed, sums.told, sums.freed,
                sums.finished && !connection.finished ? ", and the stream's end" : ""));
        }
    }

    private void closed(RecordedDescriptor event) {
        ReplayContext.Connection connection = connections.get(event.connection());
        expected.get(event.connection()).closed = true;
        if (event.status() != Status.RESET) {
            notes.add(String.format("why connection %08x ended (%s): its peer resets it instead", event.connection(),
                event.status().text()));
        }
        connection.end.abort();
        if (!await(() -> connection.closed != null)) {
            differ(String.format("connection %08x is not closed, recorded is %s", event.connection(),
                event.status().text()));
        }
    }

    /** Nothing may come beyond what was recorded, and peers must have got all that was appended. */
    private void compareSums() {
        if (ended != 0) {
            notes.add("what came of entry " + ended + ", for which the context is closed");
            return;
        }
        long quietNs = nowNs + SETTLE_NS;
        await(() -> nowNs >= quietNs);
        connections.forEach((recorded, connection) -> compareSums(String.format("connection %08x ", recorded), connection,
            expected.get(recorded)));
        if (context.accepted != null || context.stray != 0) {
            differ("there are events that nobody has caused");
        }
        if (leftOut != 0) {
            notes.add(leftOut + " entries of connections that began before the journal or were handed over, or of message sockets");
        }
    }

    private void compareSums(String name, ReplayContext.Connection connection, Expected sums) {
        if (connection.told != sums.told) {
            differ(name + "has " + connection.told + " bytes to read, recorded are " + sums.told);
        }
        if (connection.finished != sums.finished && !connection.closedByApplication) {
            differ(name + (connection.finished ? "has" : "has not") + " the end of its peer's stream, recorded is otherwise");
        }
        if (connection.closed != null && !sums.closed) {
            differ(name + "is closed (" + connection.closed.text() + "), recorded it is not");
        }
        if (connection.damaged || connection.end.damaged) {
            differ(name + "has bytes that were not sent");
        }
        if (!connection.end.failed && connection.closed == null && connection.end.received != connection.appended) {
            differ(name + "appended " + connection.appended + " bytes, its peer got " + connection.end.received);
        }
    }

    /** Lets both hosts run until something holds, in virtual time. */
    private boolean await(BooleanSupplier condition) {
        long limitNs = nowNs + LIMIT_NS;
        boolean first = true; // what was asked for just now reaches the rings in the first round, the data paths in the next
        while (!condition.getAsBoolean()) {
            if (nowNs >= limitNs) {
                return false;
            }
            long nextNs = Math.min(path.poll(nowNs), peerPath.poll(nowNs));
            boolean busy = context.take() | peer.turn() | nextNs <= nowNs | first;
            first = false;
            nowNs = busy ? nowNs + ROUND_NS : Math.min(nextNs, limitNs);
        }
        return true;
    }

    private void differ(String what) {
        if (differences.size() < MAX_DIFFERENCES) {
            differences.add("entry " + entries + ": " + what);
        }
    }

    private ReplayReport report(JournalPlace.Recording recording) {
        long bytesIn = context.connections.values().stream().mapToLong(connection -> connection.told).sum();
        long bytesOut = context.connections.values().stream().filter(connection -> connection.end != null)
            .mapToLong(connection -> connection.end.received).sum();
        return new ReplayReport(recording, requests, events, connections.size(), bytesIn, bytesOut, notes,
            differences);
    }
}
