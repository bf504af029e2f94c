package org.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * An echo of 64 bytes between two processes, 64 in flight (64 connections with one each), over Millrace's memory port and,
 * in turn with it, over the kernel's loopback interface with Java NIO. Everybody sleeps when there is nothing to do. Prints
 * requests a second and CPU time a request of the server's application thread, of its data-path thread, and of both;
 * medians over the rounds. The kernel's TCP works in the time of the threads that call it.
 *
 * <p>Arguments: rounds (7), milliseconds each (2000).
 */
public final class EchoComparison {
    private static final int WARMUP_ROUNDS = 3;
    private static final List<String> KINDS = List.of("millrace", "nio");

    /** Figures of one round. */
    private record Round(double requestsPerSecond, double applicationNs, double dataPathNs, double clientNs) {
    }

    /** One process. */
    private static final class Node {
        final Process process;

        Node(String kind, String side, Path directory) throws IOException {
            process = Children.start(EchoNode.class, kind, side, directory.toString());
            if (!"ready".equals(process.inputReader().readLine())) {
                throw new IOException("the " + kind + " " + side + " does not start");
            }
        }

        long[] tell(String command) throws IOException {
            Children.tell(process, command);
            return Arrays.stream(Children.answer(process).split(" ")).mapToLong(Long::parseLong).toArray();
        }
    }

    private EchoComparison() {
    }

    /**
     * Compares.
     *
     * @param arguments rounds, milliseconds each
     * @throws IOException          if a process fails
     * @throws InterruptedException if it is told to end
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7;
        long roundMs = arguments.length > 1 ? Long.parseLong(arguments[1]) : 2000;
        Path directory = Scratch.create();
        List<Node> nodes = new ArrayList<>();
        try {
            for (String kind : KINDS) {
                nodes.add(new Node(kind, "server", directory));
                nodes.add(new Node(kind, "client", directory));
            }
            List<List<Round>> results = List.of(new ArrayList<>(), new ArrayList<>());
            for (int round = -WARMUP_ROUNDS; round < rounds; round++) {
                for (int kind = 0; kind < KINDS.size(); kind++) {
                    Round result = round(nodes.get(2 * kind), nodes.get(2 * kind + 1), roundMs);
                    if (round >= 0) {
                        results.get(kind).add(result);
                    }
                }
            }
            print(rounds, roundMs, results);
        } finally {
            nodes.forEach(node -> Children.end(node.process));
            Scratch.delete(directory);
        }
    }

    private static Round round(Node server, Node client, long roundMs) throws IOException, InterruptedException {
        long[] serverBefore = server.tell("read");
        long[] before = client.tell("start");
        Thread.sleep(roundMs);
        long[] after = client.tell("stop");
        long[] serverAfter = server.tell("read");
        double served = serverAfter[1] - serverBefore[1];
        double answered = after[1] - before[1];
        return new Round(answered * 1e9 / (after[0] - before[0]), (serverAfter[2] - serverBefore[2]) / served,
            (serverAfter[3] - serverBefore[3]) / served, (after[2] + after[3] - before[2] - before[3]) / answered);
    }

    private static void print(int rounds, long roundMs, List<List<Round>> results) {
        System.out.printf("64 B echo between two processes, 64 in flight, medians of %d rounds of %d ms%n", rounds, roundMs);
        System.out.printf("%-10s %12s %20s %18s %12s %14s%n", "", "requests/s", "application ns/req", "data path ns/req",
            "sum ns/req", "client ns/req");
        for (int kind = 0; kind < KINDS.size(); kind++) {
            List<Round> all = results.get(kind);
            System.out.printf("%-10s %12.0f %20.0f %18.0f %12.0f %14.0f%n", KINDS.get(kind),
                median(all, Round::requestsPerSecond), median(all, Round::applicationNs), median(all, Round::dataPathNs),
                median(all, round -> round.applicationNs + round.dataPathNs), median(all, Round::clientNs));
        }
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
