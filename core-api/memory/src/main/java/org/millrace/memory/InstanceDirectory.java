package org.millrace.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Where an instance keeps what other processes look for: {@code $XDG_RUNTIME_DIR/millrace/<instance>}, or
 * {@code /tmp/millrace-<uid>/<instance>} where that is not set or cannot be written. The user is the one outside of a user
 * namespace: whoever is root only in one of his own shares no directory with the machine's root, and finds from outside what
 * runs inside. In it: {@code socket}, over which contexts are handed out, {@code control}, over which operators ask and tell,
 * {@code registry}, {@code lock}. Both directories are for their user only, mode 0700; an instance that serves other users
 * opens them for passing through, mode 0711. Any thread.
 */
public final class InstanceDirectory {
    private static final Set<PosixFilePermission> PASSING = PosixFilePermissions.fromString("rwx--x--x");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,31}");

    private final Path path;

    private InstanceDirectory(Path path) {
        this.path = path;
    }

    /**
     * {@return the directory of an instance, where it is or where it would be made}
     *
     * @param instance its name, or the absolute path of its directory: for an instance of another user
     * @throws IllegalArgumentException if it can be neither
     */
    public static InstanceDirectory of(String instance) {
        if (!instance.startsWith("/")) {
            for (Path base : bases()) {
                if (Files.exists(base.resolve(checked(instance)))) {
                    return new InstanceDirectory(base.resolve(instance));
                }
            }
        }
        return ofNew(instance);
    }

    /**
     * {@return the directory that an instance is to have that starts in this process} What one has left behind elsewhere
     * does not matter.
     *
     * @param instance its name, or the absolute path of its directory
     * @throws IllegalArgumentException if it can be neither
     */
    public static InstanceDirectory ofNew(String instance) {
        return new InstanceDirectory(instance.startsWith("/") ? Path.of(instance)
            : bases().getFirst().resolve(checked(instance)));
    }

    private static String checked(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is no instance name: 1 to 32 letters, digits, '.', '_' and "
                + "'-', of which '.' and '-' do not come first, or an absolute path");
        }
        return name;
    }

    /**
     * Checks that an instance may be called so: what begins with {@code -} would be an option to every tool.
     *
     * @param name the name
     * @throws IllegalArgumentException if it may not
     */
    public static void checkName(String name) {
        checked(name);
    }

    /** {@return the names of this user's instances that have a socket, in order} */
    public static List<String> known() {
        TreeSet<String> names = new TreeSet<>();
        for (Path base : bases()) {
            try (var entries = Files.newDirectoryStream(base, entry -> Files.exists(entry.resolve("socket")))) {
                entries.forEach(entry -> names.add(entry.getFileName().toString()));
            } catch (IOException none) {
                continue; // no such directory: no instances there
            }
        }
        return new ArrayList<>(names);
    }

    /**
     * Makes the directory if it is not there, and sets its mode and its parent's.
     *
     * @param shared whether users other than this one may pass through
     * @throws IOException if it cannot be made, or belongs to another user
     */
    public void create(boolean shared) throws IOException {
        Set<PosixFilePermission> mode = shared ? PASSING : PosixFilePermissions.fromString("rwx------");
        for (Path directory : List.of(path.getParent(), path)) {
            boolean own = directory.equals(path) || bases().contains(directory);
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(mode));
            }
            if (own) {
                checkOwner(directory);
                if (directory.equals(path) || !Files.getPosixFilePermissions(directory).equals(PASSING)) { // as another one needs it
                    Files.setPosixFilePermissions(directory, mode);
                }
            }
        }
    }

    /** {@return the last part of its path: the instance's name} */
    public String name() {
        return path.getFileName().toString();
    }

    /** {@return the directory} */
    public Path path() {
        return path;
    }

    /** {@return the Unix socket in it} */
    public Path socket() {
        return path.resolve("socket");
    }

    /** {@return the Unix socket in it for operators} */
    public Path control() {
        return path.resolve("control");
    }

    /** {@return the file that is locked while the instance runs} */
    public Path lock() {
        return path.resolve("lock");
    }

    /** In a directory such as /tmp anybody could have made it before. */
    private static void checkOwner(Path directory) throws IOException {
        int owner = (int) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        if (owner != Linux.userId()) {
            throw new IOException("directory " + directory + " belongs to user " + owner + ", not to this one ("
                + Linux.userId() + "): remove it or set XDG_RUNTIME_DIR");
        }
    }

    /** {@return the directory in which this user's instances note which processors they keep to themselves; no instance's name} */
    public static InstanceDirectory ofProcessors() {
        return new InstanceDirectory(bases().getFirst().resolve(".cpus"));
    }

    private static List<Path> bases() {
        List<Path> bases = new ArrayList<>();
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (runtime != null && runtime.startsWith("/") && Files.isWritable(Path.of(runtime))) {
            bases.add(Path.of(runtime, "millrace"));
        }
        bases.add(Path.of("/tmp/millrace-" + outsideUser()));
        return bases;
    }

    /** Without a native call: tools, which look for instances, start the sooner. */
    private static long outsideUser() {
        try {
            return outside(Files.readAllLines(Path.of("/proc/self/uid_map")),
                (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException e) {
            return Linux.userId(); // no /proc: no namespaces that matter
        }
    }

    /**
     * {@return the id that a user has outside of this process's user namespace}
     *
     * @param map  lines of first id inside, first id outside, number of ids: user_namespaces(7)
     * @param user the id inside
     */
    static long outside(List<String> map, int user) {
        for (String line : map) {
            String[] words = line.strip().split("\\s+");
            long first = Long.parseLong(words[0]);
            if (user >= first && user - first < Long.parseLong(words[2])) {
                return Long.parseLong(words[1]) + user - first;
            }
        }
        return user;
    }
}
