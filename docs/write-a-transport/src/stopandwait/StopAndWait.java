package stopandwait;

import java.util.List;
import java.util.Set;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.OpenState;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StateHandle;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Workflow;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.Transport;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.wire.Ipv4Header;

/** Makes the transport. */
public final class StopAndWait implements TransportFactory {
    static final String NAME = "stop-and-wait";

    /** What runs for each segment: which stages, in which order. */
    static final class Machine implements Program<Header.Meta> {
        private final Lookup lookup;
        private final Exchange exchange;
        private final Header codec = new Header();
        private StateTables states;
        private StateHandle<Peer> peer;

        Machine(TransportHost host) {
            lookup = new Lookup(host.lookup());
            exchange = new Exchange(host.contextQueue(), host.dma(),
                host.port().mtuBytes() - Ipv4Header.MIN_LENGTH - Header.LENGTH);
        }

        /** {@return what is kept for a flow, open for the control plane} */
        OpenState open(int flow) {
            return states.open(flow);
        }

        /** {@return which part of it to look at} */
        StateHandle<Peer> peer() {
            return peer;
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Header.Meta newMeta() {
            return new Header.Meta();
        }

        @Override
        public List<Stage<? super Header.Meta, ?>> stages(Workflow workflow) {
            return switch (workflow) {
                case RX -> List.of(lookup, exchange);
                case HC -> List.of(exchange);
                case TX, MIRROR -> List.of();
            };
        }

        @Override
        public HeaderCodec<Header.Meta> codec() {
            return codec;
        }

        @Override
        public FlowScheduler scheduler() {
            return FlowScheduler.NONE; // a message goes out when it is asked for
        }

        @Override
        public void loaded(StateTables tables) {
            states = tables;
            peer = tables.handle(exchange);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int protocol() {
        return Header.PROTOCOL;
    }

    @Override
    public Set<Service> services() {
        return Set.of(Service.MESSAGES);
    }

    @Override
    public Transport create(TransportHost host) {
        Machine machine = new Machine(host);
        Control control = new Control(host, machine);
        return new Transport() {
            @Override
            public Program<?> program() {
                return machine;
            }

            @Override
            public ControlPlane control() {
                return control;
            }
        };
    }
}
