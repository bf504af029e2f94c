package org.millrace.ports;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The options of a port, checked: every error says which key, what was found and what is allowed. */
final class PortOptions {
    private static final Pattern MAC = Pattern.compile("([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}");

    private final String kind;
    private final Map<String, String> options;

    /** Takes the options of a port of {@code kind}, all of which must be in {@code known}. */
    PortOptions(String kind, Map<String, String> options, Set<String> known) {
        this.kind = kind;
        this.options = options;
        for (String key : options.keySet()) {
            if (!known.contains(key)) {
                throw refused(key, options.get(key), "no such option; there are " + String.join(", ",
                        new TreeSet<>(known)));
            }
        }
    }

    /** {@return a text that must be there} */
    String text(String key, String meaning) {
        String value = options.get(key);
        if (value == null || value.isBlank()) {
            throw refused(key, value, meaning);
        }
        return value;
    }

    /** {@return a whole number within bounds} */
    int number(String key, int preset, int min, int max) {
        String value = options.get(key);
        if (value == null) {
            return preset;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw refused(key, value, "allowed is a number from " + min + " to " + max);
    }

    /** {@return a power of two within bounds} */
    int powerOfTwo(String key, int preset, int min, int max) {
        int number = number(key, preset, min, max);
        if (Integer.bitCount(number) != 1) {
            throw refused(key, options.get(key), "allowed is a power of two from " + min + " to " + max);
        }
        return number;
    }

    /** {@return one of {@code allowed}, the first unless given} */
    String choice(String key, String... allowed) {
        String value = options.getOrDefault(key, allowed[0]);
        if (!List.of(allowed).contains(value)) {
            throw refused(key, value, "allowed is " + String.join(" or ", allowed));
        }
        return value;
    }

    boolean flag(String key, boolean preset) {
        return Boolean.parseBoolean(choice(key, Boolean.toString(preset), Boolean.toString(!preset)));
    }

    /** {@return a unicast MAC address in the low 48 bits} */
    long mac(String key, long preset) {
        String value = options.get(key);
        if (value == null) {
            return preset;
        }
        if (MAC.matcher(value).matches()) {
            long mac = Long.parseLong(value.replace(":", ""), 16);
            if (mac != 0 && (mac >> 40 & 1) == 0) {
                return mac;
            }
        }
        throw refused(key, value, "allowed is a unicast address like 02:00:00:00:00:01");
    }

    /** {@return the exception for a bad value} */
    IllegalArgumentException refused(String key, String found, String allowed) {
        return new IllegalArgumentException(kind + " port: option " + key + (found == null ? " is missing" : " is '" + found + "'")
                + "; " + allowed);
    }

    /** {@return a stable, locally administered unicast address made of {@code text}} */
    static long localMac(String text) {
        long hash = 0xcbf29ce484222325L; // FNV-1a
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return 0x02_00_00_00_00_00L | (hash ^ hash >>> 40) & 0xff_ff_ff_ff_ffL;
    }
}
