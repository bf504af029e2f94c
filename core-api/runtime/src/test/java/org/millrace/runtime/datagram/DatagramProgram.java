package org.millrace.runtime.datagram;

import java.util.List;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.api.transport.TransportHost;

/** Connectionless messages: a flow is a bound socket, a received segment is a message, an appended message a segment. */
final class DatagramProgram implements Program<SegmentMeta> {
    private static final int HEADERS = 28;

    private final int maxMessage;
    private final Lookup lookup;
    private final Socket socket;
    private StateTables states;

    DatagramProgram(TransportHost host) {
        maxMessage = host.port().mtuBytes() - HEADERS;
        lookup = new Lookup(host.lookup());
        socket = new Socket(host.contextQueue(), host.dma());
    }

    DatagramState state(int flow) {
        return states.seek(socket, new DatagramState(), flow);
    }

    @Override
    public String name() {
        return "datagram";
    }

    @Override
    public SegmentMeta newMeta() {
        return new SegmentMeta();
    }

    @Override
    public List<Stage<? super SegmentMeta, ?>> stages(Workflow workflow) {
        return switch (workflow) {
            case RX -> List.of(lookup, socket);
            case HC -> List.of(socket);
            default -> List.of();
        };
    }

    @Override
    public HeaderCodec<SegmentMeta> codec() {
        return new DatagramCodec();
    }

    @Override
    public FlowScheduler scheduler() {
        return FlowScheduler.NONE;
    }

    @Override
    public void loaded(StateTables tables) {
        states = tables;
    }

    /** Finds the socket, which knows no peer. */
    private record Lookup(FlowLookup table) implements Stage<SegmentMeta, State.None> {
        private static final StageSpec<State.None> SPEC = StageSpec.stateless("lookup", List.of(FlowLookup.class));

        @Override
        public StageSpec<State.None> spec() {
            return SPEC;
        }

        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            int address = meta.peerAddress();
            int port = meta.peerPort();
            meta.peerAddress(0);
            meta.peerPort(0);
            meta.flow(table.lookup(meta));
            meta.peerAddress(address);
            meta.peerPort(port);
            return meta.flow() == 0 ? Verdict.drop(DropReason.NO_FLOW.code()) : Verdict.NEXT;
        }
    }

    /** Between wire and buffers, both ways. */
    private final class Socket implements Stage<SegmentMeta, DatagramState> {
        private static final StageSpec<DatagramState> SPEC = new StageSpec<>("socket", StageSpec.Key.MESSAGE,
            StageSpec.Concurrency.FLOW_ATOMIC, DatagramState::new, List.of(ContextQueue.class, PayloadDma.class));

        private final ContextQueue queue;
        private final PayloadDma dma;

        Socket(ContextQueue queue, PayloadDma dma) {
            this.queue = queue;
            this.dma = dma;
        }

        @Override
        public StageSpec<DatagramState> spec() {
            return SPEC;
        }

        @Override
        public long process(SegmentMeta meta, DatagramState state, long nowNs) {
            meta.context(state.context());
            meta.connection(state.connection());
            return meta.workflow() == Workflow.RX.ordinal() ? receive(meta, state) : send(meta, state);
        }

        private long receive(SegmentMeta meta, DatagramState state) {
            meta.position(state.received());
            meta.length(meta.payloadLength());
            if (!queue.message(meta)) {
                return Verdict.drop(DropReason.NO_BUFFER.code());
            }
            dma.toHost(meta);
            state.received(state.received() + meta.length());
            return Verdict.DONE;
        }

        private long send(SegmentMeta meta, DatagramState state) {
            if (meta.peerPort() == 0) {
                return Verdict.DONE; // only consumed
            }
            meta.position(state.sent());
            meta.length(meta.txBump());
            meta.localAddress(state.localAddress());
            meta.localPort(state.localPort());
            state.sent(state.sent() + meta.length());
            queue.notify(meta); // its buffer is free when the round is over
            if (meta.length() > maxMessage) {
                return Verdict.drop(DropReason.OUT_OF_WINDOW.code());
            }
            dma.fromHost(meta);
            return Verdict.EMIT;
        }
    }
}
