package org.millrace.distribution;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What two applications do over one connection, drawn from a seed: who sends how much when, who reads late, and who ends it how.
 * Both do their steps one after the other, so what each comes to see does not depend on who carries it.
 *
 * @param number its own among those of a seed; the first byte that the client sends
 * @param client its steps
 * @param server its steps
 */
record Conversation(int number, List<Step> client, List<Step> server) {
    private static final int MOST_ROUNDS = 5;
    private static final int MOST_LOG_BYTES = 16;
    private static final int MOST_PAUSE_MS = 60;

    /** What an application does. */
    enum Kind {
        /** Sends and receives so many bytes, either may be none. */
        EXCHANGE,
        /** Does nothing for so many milliseconds. */
        PAUSE,
        /** Ends its stream. */
        FINISH,
        /** Reads the end of the peer's. */
        END,
        CLOSE,
        ABORT,
        /** Goes on until the connection has been reset. */
        RESET
    }

    /** One step; milliseconds of a pause are {@code out}. */
    record Step(Kind kind, int out, int in) {
        Step(Kind kind) {
            this(kind, 0, 0);
        }
    }

    static Conversation of(long seed, int number) {
        SplittableRandom random = new SplittableRandom(seed * 1000 + number);
        Conversation made = new Conversation(number, new ArrayList<>(), new ArrayList<>());
        for (int rounds = 1 + random.nextInt(MOST_ROUNDS); rounds > 0; rounds--) {
            made.round(random, random.nextInt(3));
        }
        made.end(random);
        return made;
    }

    /** Up to 64 KiB, small ones as often as large ones. */
    private static int bytes(SplittableRandom random) {
        return 1 + random.nextInt(1 << random.nextInt(MOST_LOG_BYTES + 1));
    }

    private void round(SplittableRandom random, int who) {
        int fromClient = who == 1 ? 0 : bytes(random);
        int fromServer = who == 0 ? 0 : bytes(random);
        List<Step> late = random.nextBoolean() ? client : server;
        if (random.nextInt(3) == 0) {
            late.add(new Step(Kind.PAUSE, 1 + random.nextInt(MOST_PAUSE_MS), 0));
        }
        client.add(new Step(Kind.EXCHANGE, fromClient, fromServer));
        server.add(new Step(Kind.EXCHANGE, fromServer, fromClient));
    }

    private void end(SplittableRandom random) {
        boolean clientFirst = random.nextBoolean();
        List<Step> first = clientFirst ? client : server;
        List<Step> second = clientFirst ? server : client;
        switch (random.nextInt(4)) {
            case 0 -> { // the second goes on sending
                int more = bytes(random);
                first.addAll(List.of(new Step(Kind.FINISH), new Step(Kind.EXCHANGE, 0, more), new Step(Kind.END), new Step(Kind.CLOSE)));
                second.addAll(List.of(new Step(Kind.END), new Step(Kind.EXCHANGE, more, 0), new Step(Kind.CLOSE)));
            }
            case 1 -> { // one after the other
                first.addAll(List.of(new Step(Kind.FINISH), new Step(Kind.END), new Step(Kind.CLOSE)));
                second.addAll(List.of(new Step(Kind.END), new Step(Kind.CLOSE)));
            }
            case 2 -> { // both at once
                first.addAll(List.of(new Step(Kind.FINISH), new Step(Kind.END), new Step(Kind.CLOSE)));
                second.addAll(first.subList(first.size() - 3, first.size()));
            }
            default -> {
                // what the second has sent is what the first waited for, so nothing is on its way
                int last = bytes(random);
                first.addAll(List.of(new Step(Kind.EXCHANGE, 0, last), new Step(Kind.ABORT)));
                second.addAll(List.of(new Step(Kind.EXCHANGE, last, 0), new Step(Kind.RESET), new Step(Kind.CLOSE)));
            }
        }
    }

    /** {@return what is left of it in the end: which side waits in TIME-WAIT, or null where either may} */
    String left() {
        boolean clientEnds = client.contains(new Step(Kind.FINISH));
        boolean serverEnds = server.contains(new Step(Kind.FINISH));
        if (clientEnds && serverEnds) {
            return null;
        }
        return "client " + (clientEnds ? "TIME-WAIT" : "none") + ", server " + (serverEnds ? "TIME-WAIT" : "none");
    }
}
