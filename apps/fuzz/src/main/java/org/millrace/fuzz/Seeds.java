package org.millrace.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * What fuzzing begins with: of each target the resource {@code NAME.seeds}, an input a line, in hexadecimal, or as text after
 * a first byte: {@code 00:text}, with {@code |} for an end of line. Findings that were mended are added there. A line that
 * begins with # says what the next ones are.
 */
final class Seeds {
    private Seeds() {
    }

    static List<byte[]> of(Target target) throws IOException {
        String name = target.name().toLowerCase(Locale.ROOT) + ".seeds";
        List<byte[]> seeds = new ArrayList<>();
        try (InputStream resource = Seeds.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IOException("no resource " + name);
            }
            for (String line : new String(resource.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    seeds.add(seed(line));
                }
            }
        }
        return seeds;
    }

    private static byte[] seed(String line) {
        int colon = line.indexOf(':');
        if (colon < 0) {
            return HexFormat.of().parseHex(line.replace(" ", ""));
        }
        byte[] text = line.substring(colon + 1).replace('|', '\n').getBytes(StandardCharsets.UTF_8);
        byte[] seed = new byte[text.length + 1];
        seed[0] = (byte) Integer.parseInt(line.substring(0, colon), 16);
        System.arraycopy(text, 0, seed, 1, text.length);
        return seed;
    }

    static void write(Target target, Path directory) throws IOException {
        List<byte[]> seeds = of(target);
        for (int i = 0; i < seeds.size(); i++) {
            Files.write(directory.resolve("seed-" + i), seeds.get(i));
        }
    }
}
