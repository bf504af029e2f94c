package org.millrace.netty;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.millrace.api.context.Status;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;

/** Takes streams of a Millrace instance. */
final class ToeAcceptor implements Acceptor {
    private final MillraceIoHandler home;
    private final ListenSocket listener;

    ToeAcceptor(MillraceIoHandler home, ListenSocket listener) {
        this.home = home;
        this.listener = listener;
    }

    @Override
    public ChannelStream accept() throws IOException {
        StreamSocket stream = listener.accept();
        return stream == null ? null : new ToeStream(home, stream);
    }

    @Override
    public boolean isListening() {
        return listener.isListening();
    }

    @Override
    public Status status() {
        return listener.status();
    }

    @Override
    public IOException failure() {
        if (listener.status() == Status.OK) {
            return null;
        }
        try {
            listener.accept(); // throws why
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    /** Streams are announced whether wanted or not; those that came before now are listed again. */
    @Override
    public void wantAccept() {
        listener.again();
    }

    @Override
    public void attach(MillraceRegistration to) {
        if (to != null && to.handler() != home) {
            throw new IllegalStateException("a listener stays in the loop that has bound it");
        }
        listener.attach(to);
    }

    @Override
    public InetSocketAddress localAddress() {
        return listener.localAddress();
    }

    /** The data path hears of it at once: whoever waits for the end may listen there next, perhaps in another context. */
    @Override
    public void close() {
        listener.close();
        home.flush();
    }
}
