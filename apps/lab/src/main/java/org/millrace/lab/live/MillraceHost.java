package org.millrace.lab.live;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.millrace.api.context.ContextSize;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.PacketPortFactory;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** Millrace's TCP with its defaults on an interface; its applications run on a thread of their own. */
final class MillraceHost implements LiveHost {
    private final Instance instance;
    private final String address;
    private final Toe toe;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Set<Endpoint> open = new HashSet<>();
    private final Thread thread;
    private volatile boolean closing;

    /**
     * Starts it.
     *
     * @param interfaceName whose frames are its own
     * @param address       IPv4
     * @param mac           its MAC address
     * @param transport     TCP
     * @param options       of TCP
     */
    MillraceHost(String interfaceName, String address, String mac, TransportFactory transport, Map<String, String> options) {
        this.address = address;
        Map<String, String> all = new HashMap<>(Map.of("instance", "lab", "hardware", "hw-bluefield", "transports", transport.name(), "port",
            "packet", "port.interface", interfaceName, "port.mac", mac, "port.super-frames", "false", "port.ring-frames", "1024",
            "address", address + "/24"));
        options.forEach((key, value) -> all.put("transport." + transport.name() + "." + key, value));
        instance = Instance.start(InstanceConfig.parse(all), List.of(new BluefieldBackend()), List.of(transport),
            List.of(new PacketPortFactory()));
        toe = Toe.open(instance, ContextSize.DEFAULT);
        thread = Thread.ofPlatform().daemon().name("millrace applications").start(this::run);
    }

    private void run() {
        try (toe) {
            while (!closing) {
                toe.poll(-1);
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                for (Endpoint ready = toe.nextReady(); ready != null; ready = toe.nextReady()) {
                    ready(ready);
                }
            }
        }
    }

    private void ready(Endpoint endpoint) {
        if (endpoint.attachment() instanceof Listener listener) {
            listener.ready(this, (ListenSocket) endpoint);
        } else if (endpoint.attachment() instanceof End end) {
            end.ready();
        }
    }

    private record Listener(CompletableFuture<Void> listening, Supplier<Flow> maker) {
        void ready(MillraceHost host, ListenSocket socket) {
            try {
                for (StreamSocket came = socket.accept(); came != null; came = socket.accept()) {
                    host.own(came, maker.get());
                }
                if (socket.isListening()) {
                    listening.complete(null);
                }
            } catch (IOException e) {
                listening.completeExceptionally(e);
            }
        }
    }

    private void own(StreamSocket socket, Flow flow) {
        open.add(socket);
        End end = new End(socket, flow, open);
        socket.attach(end);
        end.ready();
    }

    /** An end of a connection. */
    private record End(StreamSocket socket, Flow flow, Set<Endpoint> open) implements Stream {
        void ready() {
            try {
                if (!socket.isClosed() && socket.finishConnect()) {
                    flow.go(this);
                }
            } catch (IOException e) {
                close();
                flow.over(String.valueOf(e.getMessage()));
            }
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            return socket.read(to);
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            return socket.write(from);
        }

        @Override
        public void finish() {
            socket.shutdownOutput();
        }

        @Override
        public void close() {
            open.remove(socket);
            socket.close();
        }

        @Override
        public void abort() {
            open.remove(socket);
            socket.abort();
        }
    }

    private void tell(Runnable task) {
        tasks.add(task);
        toe.wakeup();
    }

    @Override
    public void listen(int port, Supplier<Flow> maker) {
        Listener listener = new Listener(new CompletableFuture<>(), maker);
        tell(() -> {
            ListenSocket socket = toe.listen(at(port), 256);
            socket.attach(listener);
            open.add(socket);
        });
        listener.listening.join();
    }

    @Override
    public InetSocketAddress at(int port) {
        return new InetSocketAddress(address, port);
    }

    @Override
    public void connect(InetSocketAddress to, Flow flow) {
        tell(() -> own(toe.connect(to), flow));
    }

    @Override
    public void clear() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        tell(() -> {
            for (Endpoint endpoint : List.copyOf(open)) {
                if (endpoint.attachment() instanceof End end) {
                    end.abort();
                    end.flow.over("ended");
                } else {
                    endpoint.close();
                }
            }
            open.clear();
            done.complete(null);
        });
        done.join();
    }

    @Override
    public void close() {
        clear();
        closing = true;
        toe.wakeup();
        try {
            thread.join(2_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        instance.close();
    }
}
