package org.millrace.sim.workload;

/**
 * One host asks many at once, and all of them answer: complete when the last answer is. A tag says who is asked, and whether it is the answer.
 *
 * <p>Owned by: the thread that runs the agenda.
 */
public final class Incast {
    private final Starter starter;
    private final int asker;
    private final int answers;
    private final int questionBytes;
    private final int answerBytes;
    private int complete;
    private long endPs;

    /**
     * Questions to come.
     *
     * @param starter       begins messages
     * @param asker         the host that asks
     * @param answers       how many it asks: the hosts behind it, round and round
     * @param questionBytes length of a question
     * @param answerBytes   length of an answer
     */
    public Incast(Starter starter, int asker, int answers, int questionBytes, int answerBytes) {
        this.starter = starter;
        this.asker = asker;
        this.answers = answers;
        this.questionBytes = questionBytes;
        this.answerBytes = answerBytes;
    }

    /**
     * All questions are asked.
     *
     * @param nowPs the time
     * @param hosts how many there are
     */
    public void ask(long nowPs, int hosts) {
        for (int i = 0; i < answers; i++) {
            starter.start(nowPs, asker, (asker + 1 + i % (hosts - 1)) % hosts, questionBytes, 2L * i);
        }
    }

    /**
     * A message is complete.
     *
     * @param nowPs       the time
     * @param destination where it has arrived
     * @param tag         its own
     */
    public void complete(long nowPs, int destination, long tag) {
        if (tag % 2 == 0) {
            starter.start(nowPs, destination, asker, answerBytes, tag + 1);
        } else {
            complete++;
            endPs = nowPs;
        }
    }

    public boolean isComplete() {
        return complete == answers;
    }

    /** {@return when the last answer was complete so far, picoseconds} */
    public long endPs() {
        return endPs;
    }
}
