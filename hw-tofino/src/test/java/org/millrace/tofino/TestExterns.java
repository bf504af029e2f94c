package org.millrace.tofino;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.FlowQueue;
import org.millrace.api.pipeline.HostPart;
import org.millrace.api.pipeline.KeyTable;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.PriorityQueue;
import org.millrace.api.pipeline.PushSource;
import org.millrace.api.pipeline.Recorder;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Timestamps;
import org.millrace.execution.Carousel;
import org.millrace.execution.HashKeyTable;
import org.millrace.execution.RankHeap;
import org.millrace.execution.TickClock;

/** Services that write down what they are told. What the host pushes has its fields set already. */
final class TestExterns implements Externs, FlowLookup, PayloadDma, ContextQueue {
    static final int FLOW = 1;

    final List<String> calls = new ArrayList<>();

    static int flow(int peerPort) {
        return peerPort % 8 == 0 ? 0 : FLOW;
    }

    @Override
    public int lookup(SegmentMeta meta) {
        return flow(meta.peerPort());
    }

    @Override
    public int lookupLocal(SegmentMeta meta) {
        return flow(meta.localPort());
    }

    @Override
    public void toHost(SegmentMeta m) {
        calls.add("toHost " + m.position() + ' ' + m.length() + ' ' + m.payloadOffset() + ' ' + m.connection());
    }

    @Override
    public void fromHost(SegmentMeta m) {
        calls.add("fromHost " + m.position() + ' ' + m.length() + ' ' + m.connection());
    }

    @Override
    public void notify(SegmentMeta m) {
        calls.add("notify " + m.connection() + ' ' + m.rxBump() + ' ' + m.txBump() + ' ' + m.hostFlags());
    }

    @Override
    public void grant(int context, int connection, int position) {
        // what the host does with a message is the host's
    }

    @Override
    public int reserve(SegmentMeta meta) {
        return 0;
    }

    @Override
    public void unreserve(SegmentMeta meta) {
        calls.add("unreserve " + meta.position());
    }

    @Override
    public void message(SegmentMeta m) {
        calls.add("message " + m.connection() + ' ' + m.position() + ' ' + m.length());
    }

    @Override
    public void sent(SegmentMeta m, int status) {
        calls.add("sent " + m.connection() + ' ' + m.position() + ' ' + m.length() + ' ' + status);
    }

    @Override
    public FlowLookup lookup() {
        return this;
    }

    @Override
    public PayloadDma dma() {
        return this;
    }

    @Override
    public ContextQueue contextQueue() {
        return this;
    }

    @Override
    public Timestamps timestamps() {
        return new TickClock();
    }

    @Override
    public FlowQueue flowQueue() {
        return new Carousel(Programs.CAPACITY.flows());
    }

    @Override
    public PriorityQueue priorityQueue() {
        return new RankHeap(Programs.CAPACITY.flows());
    }

    @Override
    public KeyTable keyTable(int keys) {
        return new HashKeyTable(keys, 0);
    }

    @Override
    public Recorder recorder(Recorder recorder) {
        return recorder;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <H extends HostPart> H host(H part) {
        return part instanceof PushSource ? (H) (PushSource) (item, nowNs) -> true : part;
    }
}
