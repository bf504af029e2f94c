package org.millrace.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.SplittableRandom;

/** Files of reproducible noise and their SHA-256 hashes. */
final class Payload {
    private static final Pattern HASH = Pattern.compile("\\b[0-9a-f]{64}\\b");
    private static final int CHUNK_BYTES = 1 << 20;

    private Payload() {
    }

    /** Writes {@code bytes} of noise made from {@code seed} and returns their hash. */
    static String write(Path file, long bytes, long seed) throws IOException {
        MessageDigest digest = sha256();
        SplittableRandom random = new SplittableRandom(seed);
        byte[] chunk = new byte[CHUNK_BYTES];
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(file), digest)) {
            for (long left = bytes; left > 0; left -= CHUNK_BYTES) {
                random.nextBytes(chunk);
                out.write(chunk, 0, (int) Math.min(left, CHUNK_BYTES));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static String hash(Path file) throws IOException {
        MessageDigest digest = sha256();
        byte[] chunk = new byte[CHUNK_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                digest.update(chunk, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The server answers a post with the hash of what it has received. */
    static String hashIn(Path answer) throws IOException {
        String text = Files.readString(answer);
        Matcher matcher = HASH.matcher(text);
        if (!matcher.find()) {
            throw new DemoFailure("the server's answer to the post has no hash: " + text);
        }
        return matcher.group();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }
}
