package org.millrace.bluefield.fuse;

import java.lang.reflect.Proxy;
import java.util.Map;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HostServices;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.port.PortInfo;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.bluefield.BluefieldBackend;

/** A runtime's services that answer by what they are asked, and keep a sum of every call. */
final class RecordedHost implements FlowLookup, PayloadDma, ContextQueue {
    static final int FLOWS = 32;
    static final int CONTEXTS = 2;
    static final Capacity CAPACITY = new Capacity(FLOWS, CONTEXTS);

    long calls;

    private void record(long call, long... values) {
        calls = calls * 31 + call;
        for (long value : values) {
            calls = calls * 1_000_003 + value;
        }
    }

    Program<?> program(TransportFactory factory, Map<String, String> options, boolean superFrames) {
        PortInfo port = new PortInfo("test", 2, 1500, superFrames ? 65_535 : 1514, superFrames, superFrames, false);
        return factory.create((TransportHost) Proxy.newProxyInstance(getClass().getClassLoader(),
            new Class<?>[] {TransportHost.class}, (proxy, method, arguments) -> switch (method.getName()) {
                case "externs" -> new BluefieldBackend().externs(new HostServices(this, this, this, 0), CAPACITY);
                case "lookup", "dma", "contextQueue" -> this;
                case "options" -> options;
                case "capacity" -> CAPACITY;
                case "port" -> port;
                case "secret" -> new byte[16];
                default -> method.getReturnType() == int.class ? 1 : method.getReturnType() == boolean.class ? true : null;
            })).program();
    }

    @Override
    public int lookup(SegmentMeta meta) {
        record(1, meta.localAddress(), meta.peerAddress(), meta.localPort(), meta.peerPort());
        return (meta.peerPort() & 63) % (FLOWS + 2);
    }

    @Override
    public int lookupLocal(SegmentMeta meta) {
        record(2, meta.localAddress(), meta.localPort());
        return (meta.localPort() & 63) % (FLOWS + 2);
    }

    @Override
    public void toHost(SegmentMeta meta) {
        record(3, meta.length(), meta.payloadOffset(), meta.context(), meta.connection(), meta.position(), meta.frame());
    }

    @Override
    public void fromHost(SegmentMeta meta) {
        record(4, meta.length(), meta.context(), meta.connection(), meta.position());
        meta.payload(meta.position() ^ 0x55);
    }

    @Override
    public void notify(SegmentMeta meta) {
        record(5, meta.context(), meta.connection(), meta.rxBump(), meta.txBump(), meta.hostFlags());
    }

    @Override
    public void grant(int context, int connection, int position) {
        record(6, context, connection, position);
    }

    @Override
    public int reserve(SegmentMeta meta) {
        record(7, meta.context(), meta.connection(), meta.length());
        meta.position(meta.length() * 3);
        return (meta.length() & 3) == 3 ? 5 : 0;
    }

    @Override
    public void unreserve(SegmentMeta meta) {
        record(8, meta.context(), meta.connection(), meta.position());
    }

    @Override
    public void message(SegmentMeta meta) {
        record(9, meta.context(), meta.connection(), meta.position(), meta.length(), meta.peerAddress(), meta.peerPort(), meta.message(),
            meta.operation());
    }

    @Override
    public void sent(SegmentMeta meta, int status) {
        record(10, meta.context(), meta.connection(), meta.position(), meta.length(), meta.message(), status);
    }
}
