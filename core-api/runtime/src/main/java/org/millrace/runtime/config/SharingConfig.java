package org.millrace.runtime.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.millrace.context.ContextMemory;
import org.millrace.context.HugePages;
import org.millrace.context.Journal;
import org.millrace.memory.InstanceDirectory;
import org.millrace.memory.SharedMemory;
import org.millrace.runtime.tenant.ContextHome;

/**
 * What an instance lets other processes have, and what is recorded of its contexts.
 *
 * @param attach           whether other processes can attach
 * @param directory        absolute path of the instance's directory, or null: where its name says
 * @param users            ids of users that may attach beside the runtime's own and root
 * @param hugePages        which pages the contexts' memory is made of
 * @param journalled       numbers of the contexts that have a journal; empty: all; null: none
 * @param journalDirectory the journals' directory, or null: {@code journal} in the instance's
 * @param journalLimits    how much each journal keeps
 * @param metrics          where metrics can be read by HTTP, or null: nowhere
 */
public record SharingConfig(boolean attach, String directory, Set<Integer> users, HugePages hugePages,
                            Set<Integer> journalled, Path journalDirectory, Journal.Limits journalLimits,
                            InetSocketAddress metrics) {
    static final Set<String> KEYS = Set.of("attach", "attach.directory", "attach.users", "huge-pages", "journal",
        "journal.directory", "journal.bytes", "journal.seconds", "metrics");
    private static final int METRICS_PORT = 9464; // as OpenTelemetry has it for Prometheus
    private static final long MIN_JOURNAL_BYTES = 4 << 20;

    static SharingConfig parse(Map<String, String> map) {
        long bytes = InstanceConfig.number(map, "journal.bytes", Journal.Limits.DEFAULT.bytes(), MIN_JOURNAL_BYTES,
            Long.MAX_VALUE);
        long seconds = InstanceConfig.number(map, "journal.seconds", Journal.Limits.DEFAULT.ageMs() / 1000, 1,
            Integer.MAX_VALUE);
        String directory = map.get("attach.directory");
        if (directory != null && !directory.startsWith("/")) {
            throw new ConfigException("attach.directory", directory, "an absolute path");
        }
        return new SharingConfig(isOn(map, "attach"), directory, numbers(map, "attach.users", "user ids"), pages(map),
            journalled(map), map.containsKey("journal.directory") ? Path.of(map.get("journal.directory")) : null,
            new Journal.Limits(bytes, seconds * 1000, Journal.Limits.DEFAULT.freeBytes()),
            metrics(map.getOrDefault("metrics", "off").strip()));
    }

    private static InetSocketAddress metrics(String text) {
        if (text.equals("off")) {
            return null;
        }
        if (text.equals("on")) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), METRICS_PORT);
        }
        int colon = text.lastIndexOf(':');
        try {
            InetAddress host = colon < 0 ? InetAddress.getLoopbackAddress() : InetAddress.ofLiteral(text.substring(0, colon));
            return new InetSocketAddress(host, Integer.parseInt(text.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw new ConfigException("metrics", text, "on, off, PORT on the loopback address, or ADDRESS:PORT");
        }
    }

    private static boolean isOn(Map<String, String> map, String key) {
        return switch (map.getOrDefault(key, "off").strip()) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new ConfigException(key, map.get(key), "on or off");
        };
    }

    private static HugePages pages(Map<String, String> map) {
        return switch (map.getOrDefault("huge-pages", "off").strip()) {
            case "off" -> HugePages.OFF;
            case "transparent" -> HugePages.TRANSPARENT;
            case "reserved" -> HugePages.RESERVED;
            default -> throw new ConfigException("huge-pages", map.get("huge-pages"), "off, transparent or reserved");
        };
    }

    private static Set<Integer> journalled(Map<String, String> map) {
        return switch (map.getOrDefault("journal", "off").strip()) {
            case "off" -> null;
            case "on" -> Set.of();
            default -> numbers(map, "journal", "context numbers, or on, or off");
        };
    }

    private static Set<Integer> numbers(Map<String, String> map, String key, String what) {
        String list = map.getOrDefault(key, "");
        try {
            return Arrays.stream(list.split(",")).map(String::strip).filter(word -> !word.isEmpty())
                .map(Integer::valueOf).collect(Collectors.toUnmodifiableSet());
        } catch (NumberFormatException e) {
            throw new ConfigException(key, list, "a comma list of " + what);
        }
    }

    /** {@return what each key stands at, as a configuration would say it; none: it is not given} */
    Map<String, String> values() {
        Map<String, String> values = new TreeMap<>();
        values.put("attach", attach ? "on" : "off");
        values.put("attach.directory", directory == null ? "none" : directory);
        values.put("attach.users", words(users));
        values.put("huge-pages", hugePages.name().toLowerCase(Locale.ROOT));
        values.put("journal", journalled == null ? "off" : journalled.isEmpty() ? "on" : words(journalled));
        values.put("journal.directory", journalDirectory == null ? "none" : journalDirectory.toString());
        values.put("journal.bytes", Long.toString(journalLimits.bytes()));
        values.put("journal.seconds", Long.toString(journalLimits.ageMs() / 1000));
        values.put("metrics", metrics == null ? "off" : metrics.getAddress().getHostAddress() + ":" + metrics.getPort());
        return values;
    }

    private static String words(Set<Integer> numbers) {
        return numbers.isEmpty() ? "none" : numbers.stream().sorted().map(String::valueOf).collect(Collectors.joining(", "));
    }

    /** {@return the directory of the instance of that name} */
    public InstanceDirectory directory(String instance) {
        return InstanceDirectory.ofNew(directory == null ? instance : directory);
    }

    /** {@return where the contexts of the instance of that name live} */
    public ContextHome home(String instance) {
        LongFunction<SharedMemory> memory = attach
            ? bytes -> ContextMemory.create("millrace-context", bytes, hugePages) : ContextHome.PRIVATE.memory();
        if (journalled == null) {
            return new ContextHome(memory, ContextHome.PRIVATE.journals());
        }
        Path journals = journalDirectory != null ? journalDirectory : directory(instance).path().resolve("journal");
        return new ContextHome(memory, (context, nowNs) -> journalled.isEmpty() || journalled.contains(context)
            ? Journal.open(journals.resolve("context-" + context), context, journalLimits, nowNs) : null);
    }
}
