package org.millrace.ports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.port.PortException;
import org.millrace.memory.FileStatus;

class SharedFileTest {
    private static final int REGULAR = 0100000;
    private static final int FIFO = 0010000;

    @TempDir
    Path temporary;

    private static void open(Path directory) {
        new MemoryPortFactory().open(Map.of("path", directory.toString(), "side", "a")).close();
    }

    private void refused(Path directory, String reason) {
        assertThatThrownBy(() -> open(directory)).isInstanceOf(PortException.class).hasMessageContaining(reason);
    }

    @Test
    void onlyAFileOfThisUserThatNobodyElseMayUseIsTrusted() {
        assertThat(SharedFile.refusal(new FileStatus(7, REGULAR | 0600, 1, 0, 0), 7, false)).isNull();
        assertThat(SharedFile.refusal(new FileStatus(7, FIFO | 0600, 1, 0, 0), 7, true)).isNull();
        assertThat(SharedFile.refusal(new FileStatus(8, REGULAR | 0600, 1, 0, 0), 7, false)).contains("user 8");
        assertThat(SharedFile.refusal(new FileStatus(8, REGULAR | 0600, 1, 0, 0), 0, false)).as("root too").contains("user 8");
        assertThat(SharedFile.refusal(new FileStatus(7, REGULAR | 0620, 1, 0, 0), 7, false)).contains("mode 620");
        assertThat(SharedFile.refusal(new FileStatus(7, REGULAR | 0600, 2, 0, 0), 7, false)).contains("2 names");
        assertThat(SharedFile.refusal(new FileStatus(7, FIFO | 0600, 1, 0, 0), 7, false)).contains("no regular file");
        assertThat(SharedFile.refusal(new FileStatus(7, REGULAR | 0600, 1, 0, 0), 7, true)).contains("no FIFO");
    }

    @ParameterizedTest
    @ValueSource(strings = {"wire", "bell-a", "bell-b", "lock-a"})
    void whatIsNotWhatTheOtherSideWouldMakeIsRefused(String name) throws IOException {
        Path file = temporary.resolve(name);
        Path elsewhere = Files.createFile(temporary.resolve("elsewhere"));
        Files.createSymbolicLink(file, elsewhere);
        refused(temporary, name);
        assertThat(elsewhere).isEmptyFile();
        Files.delete(file);
        open(temporary);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        refused(temporary, name + " has mode 666");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        open(temporary);
        Files.createLink(temporary.resolve("other-name"), file);
        refused(temporary, name + " has 2 names");
    }

    @ParameterizedTest
    @ValueSource(strings = {"wire", "bell-a", "bell-b", "lock-a"})
    void fileOfAnotherUserIsRefused(String name) throws IOException {
        open(temporary);
        assumeTrue(isGivenAway(temporary.resolve(name)), "only root can give a file away");
        refused(temporary, name + " belongs to user 65534");
    }

    private static boolean isGivenAway(Path file) {
        try {
            Files.setAttribute(file, "unix:uid", 65534);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void directoryThatIsASymbolicLinkIsRefused() throws IOException {
        Path link = Files.createSymbolicLink(temporary.resolve("link"), Files.createDirectory(temporary.resolve("there")));
        refused(link, "is a symbolic link");
    }
}
