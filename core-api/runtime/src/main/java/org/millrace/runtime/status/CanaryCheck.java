package org.millrace.runtime.status;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.millrace.runtime.status.DataPathStatus.TransportStatus;

/**
 * Whether a shard that runs something else is worse for it than the others, by what all have counted between some moments. Compared
 * is what harms: losses for lack of room, timeouts, transfers left out, contexts and peers turned away, each by the items that a shard
 * has had; and whether payload moves at all. What an item costs is no harm: a machine model is slower than what it models.
 *
 * <p>A shard is worse in something if so much of it falls on this one, by its share of the items, with a probability below
 * {@value #CHANCE}, and that between each moment and the next: harm comes in bursts, as after the pause of a swap, and a burst comes
 * once.
 */
public final class CanaryCheck {
    private static final double CHANCE = 1e-4;
    /** Of so few segments it may be that none had payload. */
    private static final long LEAST_SEGMENTS = 32;

    private static final Map<String, ToLongFunction<DataPathStatus>> HARM = Map.of(
        "items dropped for lack of room", CanaryCheck::noRoom,
        "frames lost by the port", status -> status.portCounters().receivedDropped() + status.portCounters().transmitDropped(),
        "retransmission timeouts", status -> named(status, "retransmission timeouts"),
        "fast retransmits", status -> named(status, "fast retransmits"),
        "transfers left out", DataPathStatus::transferFaults,
        "contexts closed for cause", DataPathStatus::contextsClosedForCause,
        "turned away by limits", status -> status.refusals().values().stream().mapToLong(Long::longValue).sum());

    private final boolean isSilent;
    private final List<Span> spans = new ArrayList<>();
    private final Span whole;

    /**
     * Compares.
     *
     * @param canary  the shard
     * @param moments at each moment, of which there are two at least, what each shard has counted, null: it does not answer
     */
    public CanaryCheck(int canary, List<List<DataPathStatus>> moments) {
        isSilent = moments.stream().anyMatch(moment -> moment.get(canary) == null);
        for (int i = 1; i < moments.size(); i++) {
            spans.add(new Span(canary, moments.get(i - 1), moments.get(i)));
        }
        whole = new Span(canary, moments.getFirst(), moments.getLast());
    }

    /** From one moment to another. */
    private record Span(int canary, List<DataPathStatus> before, List<DataPathStatus> after) {
        long own(ToLongFunction<DataPathStatus> what) {
            return grown(canary, what);
        }

        long others(ToLongFunction<DataPathStatus> what) {
            return IntStream.range(0, after.size()).filter(shard -> shard != canary).mapToLong(shard -> grown(shard, what)).sum();
        }

        private long grown(int shard, ToLongFunction<DataPathStatus> what) {
            return before.get(shard) == null || after.get(shard) == null ? 0
                : Math.max(0, what.applyAsLong(after.get(shard)) - what.applyAsLong(before.get(shard)));
        }

        boolean isWorse(ToLongFunction<DataPathStatus> harm) {
            double items = own(CanaryCheck::items) + others(CanaryCheck::items);
            return items > 0 && Chance.of(own(harm), own(harm) + others(harm), own(CanaryCheck::items) / items) < CHANCE;
        }

        boolean isStuck() {
            return own(CanaryCheck::payload) == 0 && payload(before.get(canary)) > 0 && own(CanaryCheck::segments) >= LEAST_SEGMENTS
                && others(CanaryCheck::payload) > 0;
        }
    }

    /** {@return in what it is worse, a line each; empty: in nothing that has been seen} */
    public List<String> reasons() {
        if (isSilent) {
            return List.of("it does not answer");
        }
        List<String> reasons = new ArrayList<>();
        HARM.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(harm -> {
            if (spans.stream().allMatch(span -> span.isWorse(harm.getValue()))) {
                reasons.add(whole.own(harm.getValue()) + " " + harm.getKey() + " in " + whole.own(CanaryCheck::items)
                    + " items, the others " + whole.others(harm.getValue()) + " in " + whole.others(CanaryCheck::items));
            }
        });
        if (whole.isStuck()) {
            reasons.add("it has moved no payload in " + whole.own(CanaryCheck::segments) + " segments, the others have");
        }
        return reasons;
    }

    /** {@return how much there was to compare, for people} */
    public String summary() {
        return whole.own(CanaryCheck::items) + " items, the others " + whole.others(CanaryCheck::items);
    }

    private static Stream<TransportStatus> transports(DataPathStatus status) {
        return Stream.concat(status.transports().stream(), status.former().stream());
    }

    private static long noRoom(DataPathStatus status) {
        return Vitals.NO_ROOM.stream().map(reason -> status.drops().get(reason.text())).filter(Objects::nonNull)
            .mapToLong(Long::longValue).sum();
    }

    private static long named(DataPathStatus status, String name) {
        return transports(status).mapToLong(transport -> transport.named().getOrDefault(name, 0L)).sum();
    }

    private static long segments(DataPathStatus status) {
        return transports(status).mapToLong(TransportStatus::received).sum();
    }

    private static long items(DataPathStatus status) {
        return transports(status).mapToLong(transport -> transport.received() + transport.scheduled() + transport.hostControl()).sum();
    }

    private static long payload(DataPathStatus status) {
        return status.receivedPayloadBytes() + transports(status).mapToLong(TransportStatus::sentPayloadBytes).sum();
    }
}
