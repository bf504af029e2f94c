package org.millrace.nio;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextProvider;
import org.millrace.api.context.ContextSize;
import org.millrace.toe.Attach;

/**
 * Socket channels over a Millrace instance, for programs that know nothing of it:
 * {@code java -Djava.nio.channels.spi.SelectorProvider=org.millrace.nio.MillraceSelectorProvider -Dmillrace.instance=main}.
 * Datagrams, pipes, Unix-domain and IPv6 sockets, and addresses that are not routed to Millrace stay with the kernel, in
 * the same selectors. The instance is asked for its context at the first connection; one that went away is asked again
 * at the next.
 *
 * <p>System properties: {@code millrace.instance}, the instance's name or directory; {@code millrace.route}, the prefixes
 * that go over it, default all; {@code millrace.fallback}, {@code fail} (default), {@code warn} or {@code silent};
 * {@code millrace.connections}, connections at a time, default 16384.
 *
 * <p>Any thread, as java.nio promises. docs/nio.md.
 */
public final class MillraceSelectorProvider extends SelectorProvider implements AutoCloseable {
    private final SelectorProvider kernel = KernelProvider.find();
    private final Routes routes;
    private final Contexts contexts;
    private final Relistener relistener;

    /**
     * Made by the JDK, from system properties.
     *
     * @throws IllegalArgumentException if one of them makes no sense
     */
    public MillraceSelectorProvider() {
        this(fromProperties(), fallback(System.getProperty("millrace.fallback", "fail")),
            Routes.parse(System.getProperty("millrace.route", "0.0.0.0/0")));
    }

    MillraceSelectorProvider(Callable<ContextGrant> grants, Fallback fallback, Routes routes) {
        this.routes = routes;
        contexts = new Contexts(grants, fallback, kernel);
        relistener = new Relistener(contexts);
    }

    /**
     * {@return a provider over an instance of this process; it is the JVM's only if the property says so}
     *
     * @param provider the instance
     * @param size     of the one context; its connections are the most that there can be at a time
     */
    public static MillraceSelectorProvider over(ContextProvider provider, ContextSize size) {
        return new MillraceSelectorProvider(() -> provider.open(size), Fallback.FAIL, Routes.ALL);
    }

    /**
     * {@return a provider over an instance of another process; it is the JVM's only if the property says so}
     *
     * @param instance its name, or the absolute path of its directory: for one of another user
     */
    public static MillraceSelectorProvider attach(String instance) {
        return new MillraceSelectorProvider(() -> Attach.context(instance, ContextSize.DEFAULT), Fallback.FAIL, Routes.ALL);
    }

    private static Callable<ContextGrant> fromProperties() {
        String instance = System.getProperty("millrace.instance");
        ContextSize usual = ContextSize.DEFAULT;
        ContextSize size = new ContextSize(Integer.getInteger("millrace.connections", usual.connections()),
            usual.receiveBytes(), usual.transmitBytes(), usual.ringSlots());
        return () -> {
            if (instance == null) {
                throw new IOException("no Millrace instance is named: set -Dmillrace.instance=NAME");
            }
            return Attach.context(instance, size);
        };
    }

    private static Fallback fallback(String name) {
        try {
            return Fallback.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("millrace.fallback is '" + name + "', allowed are fail, warn, silent", e);
        }
    }

    SelectorProvider kernel() {
        return kernel;
    }

    Contexts contexts() {
        return contexts;
    }

    Relistener relistener() {
        return relistener;
    }

    Routes routes() {
        return routes;
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return new MillraceSocketChannel(this);
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        return family == StandardProtocolFamily.INET ? openSocketChannel() : kernel.openSocketChannel(family);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return new MillraceServerSocketChannel(this);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        return family == StandardProtocolFamily.INET ? openServerSocketChannel() : kernel.openServerSocketChannel(family);
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        return new MillraceSelector(this);
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return kernel.openDatagramChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return kernel.openDatagramChannel(family);
    }

    @Override
    public Pipe openPipe() throws IOException {
        return kernel.openPipe();
    }

    @Override
    public Channel inheritedChannel() throws IOException {
        return kernel.inheritedChannel();
    }

    /** Gives the context back: its channels fail. For a provider that was made by hand. */
    @Override
    public void close() {
        relistener.close();
        contexts.close();
    }
}
