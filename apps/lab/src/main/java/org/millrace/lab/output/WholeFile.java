package org.millrace.lab.output;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.millrace.lab.experiment.LabException;

/**
 * A file that is written as a whole, beside its place, and then moved there: who interrupts finds the old one or the new one. Whether it can be
 * written shows at once, and not after an hour.
 */
public final class WholeFile {
    private final String option;
    private final Path file;

    /**
     * A file to write later.
     *
     * @param option that named it, for errors
     * @param file   where
     * @throws LabException if it cannot be written there
     */
    public WholeFile(String option, Path file) throws LabException {
        this.option = option;
        this.file = file.toAbsolutePath();
        Path directory = this.file.getParent();
        if (Files.isDirectory(file)) {
            throw refused("it is a directory");
        }
        if (directory == null || !Files.isDirectory(directory)) {
            throw refused("there is no such directory");
        }
        if (!Files.isWritable(directory)) {
            throw refused("permission denied");
        }
    }

    /**
     * Writes it.
     *
     * @param text what is in it then
     * @throws LabException if that fails; what was there is there still
     */
    public void write(String text) throws LabException {
        Path next = file.resolveSibling("." + file.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        next.toFile().deleteOnExit();
        try {
            Files.writeString(next, text);
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            throw refused("there is no such directory");
        } catch (AccessDeniedException e) {
            throw refused("permission denied");
        } catch (IOException e) {
            throw refused(String.valueOf(e.getMessage()));
        } finally {
            next.toFile().delete();
        }
    }

    private LabException refused(String why) {
        return new LabException(option + " " + file + " cannot be written: " + why);
    }
}
