package org.millrace.lab.agilio;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.millrace.agilio.machine.Mapping;
import org.millrace.api.pipeline.Recorder;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.api.pipeline.StagePoint;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

/** What Table 4.3 adds to FlexTOE, as stages of a user's. */
final class Modules {
    private static final int UNTAGGED_HEADERS = 14 + 20 + 32; // Ethernet, IPv4, TCP with timestamps
    private static final int TAG = 4;
    /** Where statistics are taken: twelve points with 40 counters; the text has up to 48. Each at the place whose stage it is beside. */
    private static final Map<StagePoint, String> POINTS = Map.ofEntries(
        Map.entry(StagePoint.after(Workflow.RX, "receive-pre"), "pre"), Map.entry(StagePoint.before(Workflow.RX, "protocol"), "protocol"),
        Map.entry(StagePoint.after(Workflow.RX, "protocol"), "protocol"), Map.entry(StagePoint.after(Workflow.RX, "post"), "post"),
        Map.entry(StagePoint.after(Workflow.RX, "dma"), "dma"), Map.entry(StagePoint.after(Workflow.TX, "pre"), "pre"),
        Map.entry(StagePoint.before(Workflow.TX, "protocol"), "protocol"), Map.entry(StagePoint.after(Workflow.TX, "protocol"), "protocol"),
        Map.entry(StagePoint.after(Workflow.TX, "post"), "post"), Map.entry(StagePoint.before(Workflow.HC, "protocol"), "protocol"),
        Map.entry(StagePoint.after(Workflow.HC, "protocol"), "protocol"), Map.entry(StagePoint.after(Workflow.HC, "post"), "post"));
    private static final Map<String, String> FIGURES = Map.of("pre", "receive-pre pre", "protocol", "protocol", "post", "post", "dma", "dma");

    private Modules() {
    }

    private record Module(String name, StagePoint point, Stage<SegmentMeta, ?> stage, Optional<Recorder> recorder) implements StageExtension {
    }

    private static Module module(StagePoint point, Stage<SegmentMeta, ?> stage) {
        return new Module(stage.spec().name(), point, stage, Optional.empty());
    }

    /** {@return passes every segment on} */
    static List<StageExtension> nothing() {
        return List.of(module(StagePoint.first(Workflow.RX), new Nothing(StageSpec.stateless("null", List.of()))));
    }

    private record Nothing(StageSpec<State.None> spec) implements Stage<SegmentMeta, State.None> {
        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            return Verdict.NEXT;
        }
    }

    /** {@return looks at every segment for a tag, and forgets its priority: the rest of a tag the codec has taken off already} */
    static List<StageExtension> vlanStrip() {
        return List.of(module(StagePoint.first(Workflow.RX), new VlanStrip(StageSpec.stateless("vlan-strip", List.of()))));
    }

    private record VlanStrip(StageSpec<State.None> spec) implements Stage<SegmentMeta, State.None> {
        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            if (meta.payloadOffset() == UNTAGGED_HEADERS + TAG) {
                meta.dscp(0);
            }
            return Verdict.NEXT;
        }
    }

    /**
     * {@return records every segment: those that come, acknowledgements where they are made, those that are sent}
     *
     * @param log where to
     */
    static List<StageExtension> packetLog(Recorder log) {
        return List.of(logging(StagePoint.first(Workflow.RX), new Log(logging("log-received"), log, 0), log),
            logging(StagePoint.after(Workflow.RX, "post"), new LogAnswer(logging("log-acknowledged"), log, 1), log),
            logging(StagePoint.last(Workflow.TX), new Log(logging("log-sent"), log, 2), log));
    }

    private static Module logging(StagePoint point, Stage<SegmentMeta, ?> stage, Recorder log) {
        return new Module(stage.spec().name(), point, stage, Optional.of(log));
    }

    private static StageSpec<State.None> logging(String name) {
        return StageSpec.stateless(name, List.of(Recorder.class));
    }

    private record Log(StageSpec<State.None> spec, Recorder log, int point) implements Stage<SegmentMeta, State.None> {
        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            log.record(meta, point, Verdict.NEXT, nowNs);
            return Verdict.NEXT;
        }
    }

    /** FlexTOE as published acknowledges each segment that has payload. */
    private record LogAnswer(StageSpec<State.None> spec, Recorder log, int point) implements Stage<SegmentMeta, State.None> {
        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            if (meta.payloadLength() > 0) {
                log.record(meta, point, Verdict.NEXT, nowNs);
            }
            return Verdict.NEXT;
        }
    }

    /** {@return counters of every flow at every point; the times of two points differ by what is spent between them} */
    static List<StageExtension> statistics() {
        List<StageExtension> all = new ArrayList<>();
        POINTS.keySet().forEach(point -> {
            StageSpec<Passed> spec = new StageSpec<>(name(point), StageSpec.Key.FLOW, StageSpec.Concurrency.COMMUTATIVE, Passed::new, List.of());
            all.add(module(point, switch (point.workflow()) {
                case RX -> new CountReceived(spec);
                case HC -> new CountAsked(spec);
                default -> new CountSent(spec);
            }));
        });
        return all;
    }

    private static String name(StagePoint point) {
        return "count-" + point.toString().toLowerCase(Locale.ROOT).replace(' ', '-');
    }

    /**
     * {@return a mapping that gives one of an island's spare FPCs to a module that sees what has just come; one without spare ones as it is}
     *
     * @param mapping without
     * @param stage   the module's
     */
    static Mapping withEntry(Mapping mapping, String stage) {
        List<Mapping.Place> places = new ArrayList<>();
        for (Mapping.Place place : mapping.places()) {
            boolean isSpare = place.stages().contains(Mapping.ANY) && place.fpcs() > 1;
            places.add(isSpare ? sized(place, place.name(), place.stages(), place.fpcs() - 1) : place);
            if (isSpare) {
                places.addFirst(sized(place, "entry", List.of(stage), 1));
            }
        }
        return new Mapping(mapping.name(), mapping.groups(), List.copyOf(places), mapping.isSequenced());
    }

    private static Mapping.Place sized(Mapping.Place place, String name, List<String> stages, int fpcs) {
        return new Mapping.Place(name, stages, place.isInGroups(), fpcs, place.threads(), place.steer(), place.inFlight(), place.ring(),
            place.cache());
    }

    /** {@return the mapping's values that put each point beside its stage} */
    static Map<String, String> statisticsPlaces() {
        Map<String, String> named = new TreeMap<>();
        POINTS.forEach((point, place) -> named.put(name(point), place));
        Map<String, String> stages = new HashMap<>();
        FIGURES.forEach((place, own) -> stages.put(place + ".stages", own));
        named.forEach((name, place) -> stages.merge(place + ".stages", name, (had, more) -> had + ' ' + more));
        return stages;
    }

    /** What of a flow has passed a point; each wraps at 2^32. */
    static final class Passed extends State {
        void count(int ns) {
            add(0, 1);
            add(4, ns);
        }

        void more(int one, int other) {
            add(8, one);
            add(12, other);
        }
    }

    /** Segments, payload, marks, time. */
    private record CountReceived(StageSpec<Passed> spec) implements Stage<SegmentMeta, Passed> {
        @Override
        public long process(SegmentMeta meta, Passed passed, long nowNs) {
            passed.count((int) nowNs);
            passed.more(meta.payloadLength(), meta.ecn() & 1);
            return Verdict.NEXT;
        }
    }

    /** Requests of applications, what they have read and written, time. */
    private record CountAsked(StageSpec<Passed> spec) implements Stage<SegmentMeta, Passed> {
        @Override
        public long process(SegmentMeta meta, Passed passed, long nowNs) {
            passed.count((int) nowNs);
            passed.more(meta.rxBump(), meta.txBump());
            return Verdict.NEXT;
        }
    }

    /** Segments, time. */
    private record CountSent(StageSpec<Passed> spec) implements Stage<SegmentMeta, Passed> {
        @Override
        public long process(SegmentMeta meta, Passed passed, long nowNs) {
            passed.count((int) nowNs);
            return Verdict.NEXT;
        }
    }
}
