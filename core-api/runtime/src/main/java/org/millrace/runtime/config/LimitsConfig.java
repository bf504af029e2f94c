package org.millrace.runtime.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.millrace.context.ContextBudget;
import org.millrace.context.ContextBudget.Limits;
import org.millrace.context.ContextBudget.Resource;

/** Reads what contexts may take. A user may have three quarters of everything where others may attach, else all of it. */
final class LimitsConfig {
    static final Set<String> KEYS = keys();
    private static final long CONNECTIONS = 1 << 22; // some 100 bytes of the runtime's heap each, once it has been open
    private static final long RESERVED_BYTES = 64L << 40; // half of what a process can address on x86-64
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final Path MAPPINGS = Path.of("/proc/self/maps");

    private LimitsConfig() {
    }

    private static Set<String> keys() {
        Set<String> keys = new TreeSet<>();
        for (Resource resource : Resource.values()) {
            keys.add(resource.key());
            keys.add(resource.userKey());
        }
        return Set.copyOf(keys);
    }

    static Limits parse(Map<String, String> map, int contexts, boolean shared) {
        Map<Resource, Long> all = new EnumMap<>(Resource.class);
        Map<Resource, Long> user = new EnumMap<>(Resource.class);
        for (Resource resource : Resource.values()) {
            long most = resource == Resource.CONTEXTS ? contexts
                : InstanceConfig.number(map, resource.key(), standard(resource), 1, Long.MAX_VALUE);
            all.put(resource, most);
            user.put(resource, InstanceConfig.number(map, resource.userKey(), shared ? most - most / 4 : most, 1,
                Long.MAX_VALUE));
        }
        return new Limits(all, user);
    }

    private static long standard(Resource resource) {
        return switch (resource) {
            case CONTEXTS -> throw new IllegalArgumentException("contexts have a key of their own");
            case CONNECTIONS -> CONNECTIONS;
            case RESERVED_BYTES -> addressableBytes() / 2;
            case TOUCHED_BYTES -> memoryBytes() / 2;
        };
    }

    private static long addressableBytes() {
        try (var lines = Files.lines(MAPPINGS)) {
            return addressableBytes(lines).orElse(2 * RESERVED_BYTES);
        } catch (IOException e) {
            return 2 * RESERVED_BYTES;
        }
    }

    /** A kernel for aarch64 is built for 39, 42, 47 or 48 bits; the stack is the last thing below the limit. */
    static OptionalLong addressableBytes(Stream<String> mappings) {
        return mappings.filter(line -> line.endsWith("[stack]"))
            .mapToLong(line -> Long.highestOneBit(Long.parseLong(line, line.indexOf('-') + 1, line.indexOf(' '), 16) - 1) << 1).findFirst();
    }

    private static long memoryBytes() {
        try (var lines = Files.lines(MEMORY)) {
            return lines.filter(line -> line.startsWith("MemTotal:")).findFirst()
                .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10).orElse(Long.MAX_VALUE);
        } catch (IOException e) {
            return Long.MAX_VALUE; // no limit is better than a wrong one
        }
    }

    /** {@return what each key stands at, as a configuration would say it} */
    static Map<String, String> values(ContextBudget.Limits limits) {
        Map<String, String> values = new TreeMap<>();
        for (Resource resource : Resource.values()) {
            values.put(resource.key(), Long.toString(limits.all().get(resource)));
            values.put(resource.userKey(), Long.toString(limits.user().get(resource)));
        }
        return values;
    }
}
