package org.millrace.sim.workload;

import java.util.SplittableRandom;
import org.millrace.sim.Actor;
import org.millrace.sim.Agenda;

/**
 * Messages at random times (Poisson), between any two hosts with the same probability, whatever becomes of them. A message's tag is its number.
 *
 * <p>Owned by: the thread that runs the agenda.
 */
public final class OpenLoop implements Actor {
    private static final double PS_PER_S = 1e12;

    private final Agenda agenda;
    private final Starter starter;
    private final int hosts;
    private final Sizes sizes;
    private final double gapPs;
    private final SplittableRandom random;
    private long started;
    private boolean isOver;

    /**
     * Messages to come.
     *
     * @param agenda            the time
     * @param starter           begins them
     * @param hosts             how many there are
     * @param sizes             of messages
     * @param messagesPerSecond of all hosts together
     * @param random            dice
     */
    public OpenLoop(Agenda agenda, Starter starter, int hosts, Sizes sizes, double messagesPerSecond, SplittableRandom random) {
        this.agenda = agenda;
        this.starter = starter;
        this.hosts = hosts;
        this.sizes = sizes;
        this.random = random;
        gapPs = PS_PER_S / messagesPerSecond;
    }

    /** The first comes after the first gap. */
    public void begin() {
        agenda.in(gap(), this, 0, 0);
    }

    /** No more begin. */
    public void end() {
        isOver = true;
    }

    /** {@return messages that have begun} */
    public long started() {
        return started;
    }

    private long gap() {
        return Math.round(-gapPs * Math.log(1 - random.nextDouble()));
    }

    @Override
    public void act(long nowPs, int event, long argument) {
        if (isOver) {
            return;
        }
        int source = random.nextInt(hosts);
        int other = random.nextInt(hosts - 1);
        starter.start(nowPs, source, other < source ? other : other + 1, sizes.next(random), started++);
        agenda.in(gap(), this, 0, 0);
    }
}
