package org.millrace.sim.workload;

import java.util.SplittableRandom;

/**
 * Clients that ask and wait for the answer before they ask again, each any other host at random: a fixed number of questions is under way. A
 * tag is the client's number in its host, and whether it is the answer.
 *
 * <p>Owned by: the thread that runs the agenda.
 */
public final class ClosedLoop {
    private final Starter starter;
    private final int hosts;
    private final int clients;
    private final int questionBytes;
    private final int answerBytes;
    private final SplittableRandom random;
    private final long[] askedPs;
    private long answered;
    private long sumPs;
    private boolean isOver;

    /**
     * Clients that have not begun.
     *
     * @param starter       begins messages
     * @param hosts         how many there are
     * @param clients       at each host
     * @param questionBytes length of a question
     * @param answerBytes   length of an answer
     * @param random        dice
     */
    public ClosedLoop(Starter starter, int hosts, int clients, int questionBytes, int answerBytes, SplittableRandom random) {
        this.starter = starter;
        this.hosts = hosts;
        this.clients = clients;
        this.questionBytes = questionBytes;
        this.answerBytes = answerBytes;
        this.random = random;
        askedPs = new long[hosts * clients];
    }

    /**
     * All clients ask.
     *
     * @param nowPs the time
     */
    public void begin(long nowPs) {
        for (int client = 0; client < askedPs.length; client++) {
            ask(nowPs, client);
        }
    }

    /** Nobody asks any more. */
    public void end() {
        isOver = true;
    }

    private void ask(long nowPs, int client) {
        int host = client / clients;
        int other = random.nextInt(hosts - 1);
        askedPs[client] = nowPs;
        starter.start(nowPs, host, other < host ? other : other + 1, questionBytes, 2L * client);
    }

    /**
     * A message is complete.
     *
     * @param nowPs       the time
     * @param destination where it has arrived
     * @param tag         its own
     */
    public void complete(long nowPs, int destination, long tag) {
        int client = (int) (tag / 2);
        if (tag % 2 == 0) {
            starter.start(nowPs, destination, client / clients, answerBytes, tag + 1);
            return;
        }
        answered++;
        sumPs += nowPs - askedPs[client];
        if (!isOver) {
            ask(nowPs, client);
        }
    }

    /** {@return answers so far} */
    public long answered() {
        return answered;
    }

    /** {@return mean time from a question to its answer, picoseconds} */
    public double meanPs() {
        return (double) sumPs / answered;
    }
}
