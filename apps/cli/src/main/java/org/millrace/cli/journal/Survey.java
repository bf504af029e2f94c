package org.millrace.cli.journal;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.cli.tool.ToolException;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;

/** A first reading of a recording: what a replay has to set up before it begins. */
final class Survey {
    /** For contexts that named no address of their own, and for peers of whom the journal does not tell (RFC 5737). */
    static final InetAddress LOCAL = InetAddress.ofLiteral("192.0.2.1");
    static final InetAddress PEER = InetAddress.ofLiteral("198.51.100.1");

    final Set<InetAddress> local = new LinkedHashSet<>();
    final Set<InetAddress> peers = new LinkedHashSet<>();
    final Map<Long, Status> connects = new HashMap<>();
    final List<String> notes = new ArrayList<>();
    private final Map<Long, InetSocketAddress> asked = new HashMap<>();
    private final Map<Integer, int[]> held = new HashMap<>();
    private int slots = 1;
    private int bufferBytes = ContextSize.DEFAULT.receiveBytes();

    static Survey of(JournalPlace.Recording recording) throws ToolException {
        Survey survey = new Survey();
        recording.read(survey::look);
        if (survey.local.isEmpty()) {
            survey.local.add(LOCAL);
        }
        survey.peers.add(PEER);
        if (survey.local.stream().anyMatch(survey.peers::contains)) {
            throw new ToolException(recording + " talked to its own addresses, which cannot be replayed between two hosts");
        }
        return survey;
    }

    private void look(RecordedDescriptor descriptor) {
        switch (descriptor.type()) {
            case Descriptor.CONNECT -> asked.put(descriptor.opaque(), descriptor.peer());
            case Descriptor.CONNECTED -> connected(descriptor);
            case Descriptor.LISTENING -> {
                if (!descriptor.local().getAddress().isAnyLocalAddress()) {
                    local.add(descriptor.local().getAddress());
                }
            }
            case Descriptor.BUMP -> bump(descriptor);
            case Descriptor.BIND -> notes.add("message sockets");
            default -> { }
        }
        if (descriptor.type() == Descriptor.CONNECT && !descriptor.local().getAddress().isAnyLocalAddress()) {
            local.add(descriptor.local().getAddress());
        }
        slots = Math.max(slots, ContextLayout.slot(descriptor.connection()) + 1);
    }

    private void connected(RecordedDescriptor descriptor) {
        connects.put(descriptor.opaque(), descriptor.status());
        InetSocketAddress peer = asked.remove(descriptor.opaque());
        boolean answered = descriptor.status() == Status.OK || descriptor.status() == Status.REFUSED
            || descriptor.status() == Status.RESET;
        if (peer != null && answered) {
            peers.add(peer.getAddress());
        }
    }

    /** What the application held at most is what its buffers had room for at least. */
    private void bump(RecordedDescriptor descriptor) {
        int[] bytes = held.computeIfAbsent(descriptor.connection(), connection -> new int[2]);
        int sign = descriptor.isRequest() ? -1 : 1;
        bytes[0] += sign * descriptor.receiveBytes();
        bytes[1] -= sign * descriptor.transmitBytes();
        while (bufferBytes < Math.max(bytes[0], bytes[1]) && bufferBytes < 16 << 20) {
            bufferBytes <<= 1;
        }
    }

    /** {@return a size that the recorded context fits in; connections linger longer in a replay than they did} */
    ContextSize size() {
        return new ContextSize(Math.min(65536, 2 * slots + 64), bufferBytes, bufferBytes, ContextSize.DEFAULT.ringSlots());
    }
}
