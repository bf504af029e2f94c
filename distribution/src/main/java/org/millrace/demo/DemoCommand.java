package org.millrace.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.millrace.launcher.image.LaunchException;
import org.millrace.launcher.image.TemporaryDirectory;
import org.millrace.runtime.config.Placement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the demonstration and exits with 0 only if all that it claims held. */
@Command(name = "demo", mixinStandardHelpOptions = true, description = {
    "Let an unmodified Linux program exchange data with an application on Millrace.",
    "Needs no root: runs in user and network namespaces of its own. Where they are forbidden, a second Millrace host "
        + "over the memory port takes Linux's place."})
public final class DemoCommand implements Callable<Integer> {
    private static final String BLUEFIELD = "hw-bluefield";
    private static final String AGILIO = "hw-agilio";
    private static final String TOFINO = "hw-tofino";
    private static final String FLEXTOE = "tcp-flextoe";
    private static final String LAMINAR = "tcp-laminar";
    private static final String HOMA = "homa";
    /** In that demonstration every file is fetched many times. */
    private static final int FILES_OF_SWAP = 4;
    private static final int FILES_OF_CORES = 20;

    /** More than Linux buffers (32 MiB where tcp_rmem is large) and fetches while a slow machine kills the server. */
    private static final long MIN_CUT_BYTES = 100_000_000;

    @Option(names = "--bytes", paramLabel = "N", defaultValue = "200000000",
        description = "Bytes to fetch, and to post back (default: ${DEFAULT-VALUE}).")
    private long bytes;

    @Option(names = "--mtu", paramLabel = "N", defaultValue = "1500",
        description = "MTU of the link (default: ${DEFAULT-VALUE}).")
    private int mtuBytes;

    @Option(names = "--hardware", paramLabel = "NAME", defaultValue = BLUEFIELD,
        description = "What runs the transport: hw-bluefield, hw-agilio or hw-tofino (default: ${DEFAULT-VALUE}).")
    private String hardware;

    @Option(names = "--transport", paramLabel = "NAME",
        description = "tcp-flextoe, tcp-laminar, or homa: calls between two Millrace hosts, beside TCP and UDP on the same port "
            + "(default: tcp-laminar on hw-tofino, which takes no other; else tcp-flextoe).")
    private String transport;

    @Option(names = "--two-process", description = "Run the server application in a process of its own, kill it in the "
        + "middle of a transfer, and start it again.")
    private boolean twoProcess;

    @Option(names = "--vertx", description = "Serve by a Vert.x application in a JVM of its own, attached to the runtime, "
        + "instead of the bundled file server.")
    private boolean vertx;

    @Option(names = "--swap", description = "Replace the transport and the hardware while clients fetch and post, and show "
        + "the throughput across each swap.")
    private boolean swap;

    @Option(names = "--rates", paramLabel = "FILE", description = "With --swap: write what crossed in every tenth of a second, "
        + "as CSV, to be drawn.")
    private Path rates;

    @Option(names = "--cores", paramLabel = "N", defaultValue = "0", description = "Let N data paths share the address while "
        + "clients fetch and post, and show what each of them had of it.")
    private int cores;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Option(names = "--no-namespace", hidden = true, paramLabel = "WHY")
    private String refusal;

    @Option(names = "--inside-namespace", hidden = true)
    private boolean insideNamespace;

    /** Made by picocli. */
    DemoCommand() {
    }

    @Override
    public Integer call() throws IOException, InterruptedException, LaunchException {
        check();
        Path directory = TemporaryDirectory.createLarge("millrace-demo-");
        Processes processes = new Processes(directory);
        Thread hook = new Thread(() -> end(processes, directory), "demo-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            if (twoProcess) {
                return TwoProcessDemo.run(processes, directory, bytes, mtuBytes, insideNamespace ? null : refusal, json)
                    ? 0 : LaunchException.FAILED;
            }
            if (swap) {
                return SwapDemo.run(processes, directory, bytes / FILES_OF_SWAP, mtuBytes, insideNamespace ? null : refusal,
                    json, rates) ? 0 : LaunchException.FAILED;
            }
            if (cores > 0) {
                return CoresDemo.run(processes, directory, bytes / FILES_OF_CORES, mtuBytes, cores, insideNamespace ? null : refusal,
                    json) ? 0 : LaunchException.FAILED;
            }
            if (transport().equals(HOMA)) {
                return HomaDemo.run(processes, directory, bytes, mtuBytes, hardware, json) ? 0 : LaunchException.FAILED;
            }
            Demo demo = new Demo(processes, directory, bytes, mtuBytes, hardware, transport(), vertx);
            DemoReport report = insideNamespace ? demo.withLinux() : demo.withMillrace(refusal);
            System.out.println(json ? report.json() : report.text());
            return report.held() ? 0 : LaunchException.FAILED;
        } catch (DemoFailure | IOException e) {
            if (processes.isClosed()) {
                return LaunchException.FAILED; // interrupted: nobody wants to read what that has broken
            }
            throw new LaunchException(LaunchException.FAILED, "demo: " + e.getMessage());
        }
    }

    private String transport() {
        return transport != null ? transport : hardware.equals(TOFINO) ? LAMINAR : FLEXTOE;
    }

    private void check() throws LaunchException {
        known("--hardware", hardware, BLUEFIELD, AGILIO, TOFINO);
        known("--transport", transport(), FLEXTOE, LAMINAR, HOMA);
        if (transport().equals(HOMA) && (twoProcess || vertx || hardware.equals(TOFINO))) {
            throw new LaunchException(LaunchException.BAD_CONFIGURATION, "--transport " + HOMA + " has applications of its own, on "
                + BLUEFIELD + " or " + AGILIO);
        }
        if (twoProcess && !(hardware.equals(BLUEFIELD) && transport().equals(FLEXTOE))) {
            throw new LaunchException(LaunchException.BAD_CONFIGURATION,
                "--two-process is of " + FLEXTOE + " on " + BLUEFIELD);
        }
        if (twoProcess && vertx) {
            throw new LaunchException(LaunchException.BAD_CONFIGURATION, "--two-process has a server of its own, not --vertx");
        }
        if (swap && (twoProcess || vertx || transport != null || !hardware.equals(BLUEFIELD))) {
            throw new LaunchException(LaunchException.BAD_CONFIGURATION,
                "--swap chooses transports and hardware itself and serves from the bundled file server");
        }
        if (cores != 0 && (cores < 1 || cores > Placement.MAX_SHARDS)) {
            throw new LaunchException(LaunchException.BAD_CONFIGURATION, "--cores is " + cores + ", allowed is 1 to " + Placement.MAX_SHARDS);
        }
        if (cores > 0 && (swap || twoProcess || vertx || transport != null || !hardware.equals(BLUEFIELD))) {
            throw new LaunchException(LaunchException.BAD_CONFIGURATION,
                "--cores is of " + FLEXTOE + " on " + BLUEFIELD + " and serves from the bundled file server");
        }
        if (rates != null && !swap) {
            throw new LaunchException(LaunchException.BAD_CONFIGURATION, "--rates is of --swap");
        }
        if (bytes < 1 || bytes > 10_000_000_000L) {
            throw new LaunchException(LaunchException.BAD_CONFIGURATION,
                "--bytes is " + bytes + ", allowed is 1 to 10000000000");
        }
        if (twoProcess && refusal == null && bytes < MIN_CUT_BYTES) {
            throw new LaunchException(LaunchException.BAD_CONFIGURATION, "--bytes is " + bytes + ", allowed with --two-process "
                + "is " + MIN_CUT_BYTES + " to 10000000000: less may have arrived before the server is killed");
        }
        if (mtuBytes < 576 || mtuBytes > 65_535) {
            throw new LaunchException(LaunchException.BAD_CONFIGURATION,
                "--mtu is " + mtuBytes + ", allowed is 576 to 65535");
        }
        if (!insideNamespace && refusal == null) {
            throw new LaunchException(LaunchException.BAD_CONFIGURATION, "start the demo with bin/millrace demo");
        }
    }

    private static void known(String option, String name, String... known) throws LaunchException {
        if (!List.of(known).contains(name)) {
            throw new LaunchException(LaunchException.BAD_CONFIGURATION,
                option + " is " + name + ", allowed is " + String.join(" or ", known));
        }
    }

    private static void end(Processes processes, Path directory) {
        processes.close();
        TemporaryDirectory.delete(directory);
    }
}
