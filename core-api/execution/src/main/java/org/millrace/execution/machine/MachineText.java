package org.millrace.execution.machine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A machine or mapping file, shipped or a user's, read once; {@link MachineFile} takes what stands in it.
 *
 * @param name what errors call it
 * @param text its text
 */
public record MachineText(String name, String text) {
    /**
     * {@return a file's}
     *
     * @param file the file, UTF-8
     * @throws MachineFileException if it cannot be read; the message says why
     */
    public static MachineText read(Path file) {
        try {
            return new MachineText(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new MachineFileException(file + " cannot be read: " + reason(e));
        }
    }

    /**
     * {@return a file's that is shipped}
     *
     * @param beside the class that it lies beside
     * @param name   its name
     */
    public static MachineText shipped(Class<?> beside, String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            return new MachineText(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(name + " is not readable", e);
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException none -> "there is no such file";
            case AccessDeniedException denied -> "permission denied";
            case CharacterCodingException binary -> "it is not text in UTF-8";
            case FileSystemException known when known.getReason() != null -> known.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }
}
