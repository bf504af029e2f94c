package org.millrace.ports;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.millrace.api.port.PortException;
import org.millrace.memory.FileStatus;
import org.millrace.memory.Linux;
import org.millrace.memory.NativeConstants;

/**
 * Files that two processes of one user share. Whoever else can write one can end this process (a mapping whose file is cut
 * kills who touches it) or speak for its peer, so that only a file of this user is taken that nobody else may write and
 * that has one name. What was opened is looked at, not what has its name by now.
 */
final class SharedFile {
    private static final int OTHERS = 0077;

    private SharedFile() {
    }

    /** {@return the descriptor of a file that is opened for reading and writing, never through a symbolic link} */
    static int open(Path path, int flags, boolean fifo) {
        Linux linux = new Linux();
        int descriptor = (int) Linux.check(linux.open(path.toString(), Linux.O_RDWR | Linux.O_CLOEXEC | flags
                | NativeConstants.current().openNoFollow(), 0600), "open " + path);
        String refusal = refusal(FileStatus.of(descriptor), Linux.userId(), fifo);
        if (refusal != null) {
            Linux.close(descriptor);
            throw exception(path, refusal);
        }
        return descriptor;
    }

    /** Looks at a regular file by its name. */
    static void check(Path path) throws IOException {
        var found = Files.readAttributes(path, "unix:uid,mode,nlink", LinkOption.NOFOLLOW_LINKS);
        String refusal = refusal(new FileStatus((int) found.get("uid"), (int) found.get("mode"), (int) found.get("nlink"),
                0, 0), Linux.userId(), false);
        if (refusal != null) {
            throw exception(path, refusal);
        }
    }

    private static PortException exception(Path path, String refusal) {
        return new PortException("memory port: " + path + " " + refusal
                + "; remove it, or name a directory of this user's own by option path");
    }

    /** {@return why a file is not to be trusted by a user, or null} */
    static String refusal(FileStatus file, int user, boolean fifo) {
        if (!(fifo ? file.isFifo() : file.isRegular())) {
            return "is no " + (fifo ? "FIFO" : "regular file");
        }
        if (file.user() != user) {
            return "belongs to user " + file.user() + ", not to this one (" + user + ")";
        }
        if ((file.permissions() & OTHERS) != 0) {
            return String.format("has mode %03o: others than its owner may use it", file.permissions());
        }
        return file.links() == 1 ? null : "has " + file.links() + " names";
    }

    /** Makes a directory unless it is there; one that is there is this user's or root's, and no symbolic link. */
    static void directory(Path path) throws IOException {
        if (Files.isSymbolicLink(path)) {
            throw new PortException("memory port: " + path + " is a symbolic link: name the directory by option path");
        }
        Files.createDirectories(path);
        int owner = (int) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        if (owner != Linux.userId() && owner != 0) {
            throw new PortException("memory port: directory " + path + " belongs to user " + owner + ", not to this one ("
                    + Linux.userId() + "): name another by option path");
        }
    }
}
