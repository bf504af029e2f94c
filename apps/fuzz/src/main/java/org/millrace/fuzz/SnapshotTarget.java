package org.millrace.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import org.millrace.api.pipeline.Program;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.Transport;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.swap.Swap;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.testkit.Endpoint;
import org.millrace.testkit.FrameBuilder;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.wire.TcpHeader;

/** What a transport hands over to its successor is not what it should be: the swap is refused, or clients are served after it. */
public final class SnapshotTarget {
    private static final int MOST_CHANGES = 16;
    private static final int CONNECTIONS = 3;
    private static final int FIRST = 1000;

    private SnapshotTarget() {
    }

    /**
     * A run.
     *
     * @param data both programs, then changes: where (16 bits), to what (8 bits); a last one may cut it short
     */
    public static void fuzzerTestOneInput(byte[] data) {
        Input input = new Input(data);
        TransportFactory from = Programs.of(input);
        TransportFactory to = Programs.of(input);
        boolean cut = input.flag();
        try (World world = new World(new Lying(from, input, cut))) {
            ListenSocket listener = world.application().listen(Client.local(), 8);
            world.settle();
            connections(world, listener);
            try {
                Swap.now(world.path, SwapRequest.KEEP.warmUp(0).transport(0, new TransportChoice(to, Map.of())));
            } catch (SwapException refused) {
                if (refused.getMessage() == null || refused.getMessage().isBlank()) {
                    throw new AssertionError("a swap is refused without a reason", refused);
                }
            }
            world.settle();
            world.pass(2_000_000_000L);
            Client.isServed(world, listener);
        }
    }

    /** One with data that is not read, one with data that is not acknowledged, one whose peer has closed. */
    private static void connections(World world, ListenSocket listener) {
        for (int i = 0; i < CONNECTIONS; i++) {
            Endpoint peer = World.PEER.atPort(World.PEER.port() + i);
            Integer next = Client.open(world, peer, FIRST, FrameBuilder.tcp().mss(1460).sackPermitted());
            int flags = i == 2 ? TcpHeader.ACK | TcpHeader.FIN : TcpHeader.ACK;
            world.inject(FrameBuilder.tcp().from(peer).to(World.US).seq(FIRST + 1).ack(next).flags(flags)
                .payload(new byte[100]).build());
            try {
                StreamSocket stream = listener.accept();
                if (i == 1) {
                    stream.write(ByteBuffer.allocate(3000));
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            world.settle();
        }
    }

    /** A transport whose control plane exports something else than it has. */
    private record Lying(TransportFactory factory, Input input, boolean cut) implements TransportFactory {
        @Override
        public String name() {
            return factory.name();
        }

        @Override
        public int protocol() {
            return factory.protocol();
        }

        @Override
        public Set<Service> services() {
            return factory.services();
        }

        @Override
        public Transport create(TransportHost host) {
            Transport transport = factory.create(host);
            ControlPlane control = (ControlPlane) Proxy.newProxyInstance(ControlPlane.class.getClassLoader(),
                new Class<?>[] {ControlPlane.class}, (self, method, arguments) -> call(transport.control(), method, arguments));
            return new Transport() {
                @Override
                public Program<?> program() {
                    return transport.program();
                }

                @Override
                public ControlPlane control() {
                    return control;
                }
            };
        }

        private Object call(ControlPlane control, Method method, Object[] arguments) throws Throwable {
            try {
                if (!method.getName().equals("exportState")) {
                    return method.invoke(control, arguments);
                }
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                control.exportState((ControlPlane.Handover) arguments[0], new DataOutputStream(bytes), (long) arguments[2]);
                byte[] told = changed(bytes.toByteArray());
                ((DataOutput) arguments[1]).write(told, 0, cut ? input.below(told.length + 1) : told.length);
                return null;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        private byte[] changed(byte[] export) {
            for (int i = 0; i < MOST_CHANGES && !input.isEmpty(); i++) {
                export[input.u16() % export.length] = (byte) input.u8();
            }
            return export;
        }
    }
}
