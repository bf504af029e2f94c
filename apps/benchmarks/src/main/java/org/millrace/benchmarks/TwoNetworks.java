package org.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Two veth pairs to servers that the kernel's clients in this namespace ask: the far end of one is a packet port's, the
 * other's is in a second network namespace, where the kernel serves. Made in a namespace of the process's own.
 */
final class TwoNetworks implements AutoCloseable {
    static final String MILLRACE_ADDRESS = "10.77.0.2";
    static final String KERNEL_ADDRESS = "10.78.0.2";
    static final String READY = "ready";
    private static final String PORT = "server0";
    private static final long LIMIT_SECONDS = 100;

    private final Process other; // holds the second namespace

    TwoNetworks() throws IOException, InterruptedException {
        other = new ProcessBuilder("unshare", "-n", "sleep", "infinity").start();
        execute("ip link set lo up");
        pair("client0", "10.77.0.1", PORT);
        execute("ip link set " + PORT + " up"); // without an address: it is the packet port's
        pair("client1", "10.78.0.1", "server1");
        execute("ip link set server1 netns " + other.pid());
        String inside = String.join(" ", inside()) + " ip ";
        execute(inside + "addr add " + KERNEL_ADDRESS + "/24 dev server1");
        execute(inside + "link set server1 up");
    }

    private static void pair(String client, String address, String server) throws IOException, InterruptedException {
        for (String command : List.of("link add " + client + " type veth peer name " + server,
            "link set " + client + " addrgenmode none", "link set " + server + " addrgenmode none",
            "addr add " + address + "/24 dev " + client, "link set " + client + " up")) {
            execute("ip " + command);
        }
    }

    /** {@return the command that runs another in the kernel's namespace} */
    List<String> inside() {
        return List.of("nsenter", "-t", Long.toString(other.pid()), "-n");
    }

    /** Starts the runtime on the packet port. */
    static Process startRuntime(String directory) throws IOException {
        Process runtime = Children.start(RuntimeNode.class, MILLRACE_ADDRESS, PORT, directory);
        if (!await("the runtime", runtime)) {
            Children.end(runtime);
            throw new IOException("the runtime does not start");
        }
        return runtime;
    }

    /** Answers whether a process has said that it is ready; else says what it said. */
    static boolean await(String name, Process process) throws IOException {
        BufferedReader lines = process.inputReader();
        String line = lines.readLine();
        if (READY.equals(line)) {
            return true;
        }
        System.err.println(name + ": " + line);
        return false;
    }

    /** {@return what a command has printed} */
    static String execute(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command.split(" ")).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(command + " has failed: " + output.strip());
        }
        return output;
    }

    static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    @Override
    public void close() {
        Children.end(other);
        for (String end : List.of("client0", "client1")) { // the next row makes its own
            try {
                execute("ip link del " + end);
            } catch (IOException | InterruptedException e) {
                System.err.println(end + " stays: " + e.getMessage());
            }
        }
    }
}
