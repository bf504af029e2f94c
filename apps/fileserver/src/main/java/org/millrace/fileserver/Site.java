package org.millrace.fileserver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.millrace.fileserver.HttpRequest.Refusal;

/**
 * What is served. {@code GET /zero/<bytes>}, {@code GET /random/<bytes>?seed=<n>} (see {@link Content#random}), else files
 * below the root; {@code GET /hash/<target>}: SHA-256 and length of another target, as text; {@code POST} or {@code PUT}
 * to {@code /upload/<name>}: stored below the root and answered with SHA-256 and length; to {@code /hash}: not stored.
 * What is hidden, by a name that begins with a dot anywhere below the root, is not there.
 */
final class Site {
    private static final long UPLOAD_BYTES = 16L << 30;
    private static final Pattern MADE = Pattern.compile("/(zero|random)/([0-9]{1,15})");
    private static final Pattern SEED = Pattern.compile("(?:.*&)?seed=(-?[0-9]{1,18})(?:&.*)?");
    private static final Pattern NAME = Pattern.compile("/upload/([A-Za-z0-9_-][A-Za-z0-9._-]{0,127})");

    private final Path root;

    Site(Path root) throws IOException {
        this.root = root.toRealPath();
    }

    Content content(String path, String query) throws Refusal, IOException {
        Matcher made = MADE.matcher(path);
        if (!made.matches()) {
            return Content.file(file(path));
        }
        long length = Long.parseLong(made.group(2));
        if (made.group(1).equals("zero")) {
            return Content.zero(length);
        }
        Matcher seed = SEED.matcher(query);
        return Content.random(length, seed.matches() ? Long.parseLong(seed.group(1)) : 0);
    }

    Upload upload(String path, long length) throws Refusal, IOException {
        Matcher name = NAME.matcher(path);
        if (!path.equals("/hash") && !name.matches()) {
            throw new Refusal(404, "uploads go to /upload/<name>, of letters, digits, '.', '_', '-', or to /hash");
        }
        if (length > UPLOAD_BYTES) {
            throw new Refusal(413, "more than " + UPLOAD_BYTES + " bytes");
        }
        return path.equals("/hash") ? new Upload() : new Upload(root.resolve("upload").resolve(name.group(1)));
    }

    // The real path decides: neither dots nor a symbolic link lead out of the root.
    private Path file(String path) throws Refusal {
        try {
            Path file = root.resolve(path.substring(1)).toRealPath();
            if (file.startsWith(root) && !isHidden(root.relativize(file)) && Files.isRegularFile(file)) {
                return file;
            }
        } catch (IOException | InvalidPathException e) {
            throw new Refusal(404, "no such file");
        }
        throw new Refusal(404, "no such file");
    }

    private static boolean isHidden(Path below) {
        for (Path name : below) {
            if (name.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }
}
