package org.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;

/**
 * A process of {@link EchoComparison}. Every line on standard input, {@code start}, {@code stop} or {@code read}, is answered
 * with four numbers: time, requests, CPU time of the application and of the data path; times in ns.
 */
public final class EchoNode {
    private EchoNode() {
    }

    /**
     * Runs until standard input ends.
     *
     * @param arguments {@code millrace} or {@code nio}, {@code server} or {@code client}, the directory that both sides share
     * @throws IOException if it cannot
     */
    public static void main(String[] arguments) throws IOException {
        boolean isServer = arguments[1].equals("server");
        EchoSide side = arguments[0].equals("millrace") ? new MillraceEcho(isServer, arguments[2])
            : new NioEcho(isServer, Path.of(arguments[2], "port"));
        System.out.println("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null;) {
            if (line.equals("start")) {
                side.start();
            } else if (line.equals("stop")) {
                side.stop();
            }
            System.out.println(System.nanoTime() + " " + side.requests() + " " + side.applicationCpuNs() + " "
                + side.dataPathCpuNs());
        }
        System.exit(0);
    }
}
