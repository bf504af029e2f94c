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
 * Whether a shard that runs something else is worse for it than the others, by what all have counted between two moments. Compared
 * is what harms: losses for lack of room, timeouts, transfers left out, contexts and peers turned away, each by the items that a shard
 * has had; and whether payload moves at all. What an item costs is no harm: a machine model is slower than what it models.
 *
 * <p>A shard is worse in something if so much of it falls on this one, by its share of the items, with a probability below
 * {@value #CHANCE}. Harm comes in bursts and not by chance, so now and then one goes back that is as good as the others: that costs a
 * second try.
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

    private final int canary;
    private final List<DataPathStatus> before;
    private final List<DataPathStatus> after;

    /**
     * Compares.
     *
     * @param canary the shard
     * @param before what each shard had counted, null: it did not answer
     * @param after  what each has counted, null: it does not answer
     */
    public CanaryCheck(int canary, List<DataPathStatus> before, List<DataPathStatus> after) {
        this.canary = canary;
        this.before = before;
        this.after = after;
    }

    /** {@return in what it is worse, a line each; empty: in nothing that has been seen} */
    public List<String> reasons() {
        if (before.get(canary) == null || after.get(canary) == null) {
            return List.of("it does not answer");
        }
        List<String> reasons = new ArrayList<>();
        long own = own(CanaryCheck::items);
        long others = others(CanaryCheck::items);
        HARM.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(harm -> {
            long some = own(harm.getValue());
            long rest = others(harm.getValue());
            if (Chance.of(some, some + rest, own + others == 0 ? 1 : (double) own / (own + others)) < CHANCE) {
                reasons.add(some + " " + harm.getKey() + " in " + own + " items, the others " + rest + " in " + others);
            }
        });
        if (own(CanaryCheck::payload) == 0 && payload(before.get(canary)) > 0 && own(CanaryCheck::segments) >= LEAST_SEGMENTS
            && others(CanaryCheck::payload) > 0) {
            reasons.add("it has moved no payload in " + own(CanaryCheck::segments) + " segments, the others have");
        }
        return reasons;
    }

    /** {@return how much there was to compare, for people} */
    public String summary() {
        return own(CanaryCheck::items) + " items, the others " + others(CanaryCheck::items);
    }

    private long own(ToLongFunction<DataPathStatus> what) {
        return grown(canary, what);
    }

    private long others(ToLongFunction<DataPathStatus> what) {
        return IntStream.range(0, after.size()).filter(shard -> shard != canary).mapToLong(shard -> grown(shard, what)).sum();
    }

    private long grown(int shard, ToLongFunction<DataPathStatus> what) {
        return before.get(shard) == null || after.get(shard) == null ? 0
            : Math.max(0, what.applyAsLong(after.get(shard)) - what.applyAsLong(before.get(shard)));
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
