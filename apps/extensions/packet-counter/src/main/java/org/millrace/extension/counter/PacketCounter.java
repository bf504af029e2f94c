package org.millrace.extension.counter;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import java.util.List;
import org.millrace.api.pipeline.*;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the segments that each application is sent and their payload; shown among the transport's counters. */
@Component
@Priority(100)
public final class PacketCounter implements StageExtension {
    private static final Logger LOG = LoggerFactory.getLogger(PacketCounter.class);

    /** What has come for one context; wraps at 2^32, as a register does. */
    public static final class Count extends State {
        /** {@return segments} */
        public int packets() { return i32(0); }

        /** {@return payload, bytes} */
        public int bytes() { return i32(4); }

        void add(int payloadBytes) {
            add(0, 1);
            add(4, payloadBytes);
        }
    }

    /** Between the stages: before the last one, where the context is known. */
    record Counting(StageSpec<Count> spec) implements Stage<SegmentMeta, Count> {
        @Override
        public long process(SegmentMeta meta, Count count, long nowNs) {
            count.add(meta.payloadLength());
            return Verdict.NEXT;
        }
    }

    @Override
    public String name() { return "packet-counter"; }

    @Override
    public StagePoint point() { return StagePoint.last(Workflow.RX); }

    @Override
    public Stage<SegmentMeta, ?> stage() {
        return new Counting(new StageSpec<>(name(), StageSpec.Key.CONTEXT, StageSpec.Concurrency.COMMUTATIVE,
            Count::new, List.of()));
    }

    @PostConstruct
    void begin() { LOG.info("counting packets"); }

    @PreDestroy
    void end() { LOG.info("no longer counting packets"); }
}
