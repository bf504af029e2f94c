package org.millrace.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.millrace.launcher.image.Image;

/**
 * One address, several data paths: clients fetch and post files all the time, and {@code millrace stats --shards} in a shell of its own says
 * what each data path has had of it. Every file must arrive as it was sent, and every data path must have had streams.
 */
final class CoresDemo {
    /** Whose is chance: that one data path gets none of so many for each is less likely than one in a million. */
    private static final int FILES_A_CORE = 16;
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private CoresDemo() {
    }

    /**
     * Runs it and prints what held.
     *
     * @param bytes   of each file
     * @param cores   how many data paths there are
     * @param refusal why there is no Linux to talk to, or null if there is
     * @return whether all held
     */
    static boolean run(Processes processes, Path directory, long bytes, int mtuBytes, int cores, String refusal, boolean json)
        throws IOException, InterruptedException {
        DemoNetwork network = DemoNetwork.create(processes, directory, mtuBytes, refusal);
        Path root = Files.createDirectory(directory.resolve("root"));
        String hash = Payload.write(root.resolve("payload"), bytes, 1);
        Path instance = directory.resolve("demo");
        Map<String, String> configuration = network.configuration(instance);
        configuration.putAll(Map.of("cores", Integer.toString(cores), "app.fileserver.listen", LinuxLink.MILLRACE_ADDRESS + ":80",
            "app.fileserver.root", root.toString()));
        RuntimeProcess runtime = RuntimeProcess.start(processes, directory, "runtime", configuration);
        System.err.println("The runtime says: " + runtime.readyLine());
        Traffic traffic = new Traffic(network.fetcher(), "http://" + LinuxLink.MILLRACE_ADDRESS + ":80/", root.resolve("payload"), hash);
        traffic.start();
        await(traffic, FILES_A_CORE * cores);
        traffic.stop();
        System.err.println("          $ millrace stats demo --shards");
        System.err.println(shards(processes, instance));
        Claims claims = new Claims();
        claims.add("every file arrived as it was sent", traffic.failures().isEmpty() && traffic.completed() > 0,
            traffic.completed() + " files" + (traffic.failures().isEmpty() ? "" : "; " + traffic.failures()));
        claim(claims, shards(processes, instance, "--json"), cores);
        claims.add("no context was closed for cause", runtime.stop().get("contexts.closed for cause") == 0, "");
        System.out.println(json ? claims.json() : claims.text());
        return claims.held();
    }

    private static void await(Traffic traffic, int files) {
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        while (traffic.completed() < files && traffic.failures().isEmpty()) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new DemoFailure(traffic.completed() + " of " + files + " files after " + LIMIT.toSeconds() + " s");
            }
            LockSupport.parkNanos(LOOK_NS);
        }
    }

    private static String shards(Processes processes, Path instance, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(Image.shortCommand(List.of("tools", "lib", "bundles"), "org.millrace.cli.Main"));
        command.addAll(List.of("stats", instance.toString(), "--shards"));
        command.addAll(List.of(options));
        return processes.run("shards", Processes.LIMIT, command).output();
    }

    private static void claim(Claims claims, String json, int cores) {
        List<Long> accepted = numbers(json, "accepted");
        claims.add("each of " + cores + " data paths has had streams", accepted.size() == cores && !accepted.contains(0L),
            String.join(" and ", accepted.stream().map(String::valueOf).toList()));
        claims.add("no frame was lost between them", numbers(json, "lost").stream().allMatch(lost -> lost == 0), "");
    }

    private static List<Long> numbers(String json, String name) {
        return Pattern.compile("\"" + name + "\" ?: ?(\\d+)").matcher(json).results().map(found -> Long.valueOf(found.group(1))).toList();
    }
}
