package org.millrace.sim.workload;

import java.util.SplittableRandom;
import org.millrace.sim.Actor;
import org.millrace.sim.Agenda;

/**
 * Incasts at regular times: to a host at random, from all others, some messages of one size each. Tags count up from a first.
 *
 * <p>Owned by: the thread that runs the agenda.
 */
public final class PartitionAggregate implements Actor {
    private final Agenda agenda;
    private final Starter starter;
    private final int hosts;
    private final Incasts incasts;
    private final SplittableRandom random;
    private long tag;
    private boolean isOver;

    /**
     * What they are.
     *
     * @param periodPs from one to the next
     * @param flows    from each host
     * @param bytes    of each message
     * @param firstTag of the first message
     */
    public record Incasts(long periodPs, int flows, int bytes, long firstTag) {
    }

    /**
     * Incasts to come.
     *
     * @param agenda  the time
     * @param starter begins messages
     * @param hosts   how many there are
     * @param incasts what they are
     * @param random  dice
     */
    public PartitionAggregate(Agenda agenda, Starter starter, int hosts, Incasts incasts, SplittableRandom random) {
        this.agenda = agenda;
        this.starter = starter;
        this.hosts = hosts;
        this.incasts = incasts;
        this.random = random;
        tag = incasts.firstTag;
    }

    /** The first comes after a period. */
    public void begin() {
        agenda.in(incasts.periodPs, this, 0, 0);
    }

    /** No more begin. */
    public void end() {
        isOver = true;
    }

    /** {@return messages that have begun} */
    public long started() {
        return tag - incasts.firstTag;
    }

    @Override
    public void act(long nowPs, int event, long argument) {
        if (isOver) {
            return;
        }
        int receiver = random.nextInt(hosts);
        for (int source = 0; source < hosts; source++) {
            for (int flow = 0; flow < incasts.flows && source != receiver; flow++) {
                starter.start(nowPs, source, receiver, incasts.bytes, tag++);
            }
        }
        agenda.in(incasts.periodPs, this, 0, 0);
    }
}
