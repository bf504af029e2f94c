package org.millrace.launcher.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporaryDirectoryTest {
    private static final int FILES = 200;

    @TempDir
    Path place;

    @Test
    void whatIsPutThereWhileItIsDeletedGoesToo() throws Exception {
        Path directory = TemporaryDirectory.create(place, "x-");
        CountDownLatch begun = new CountDownLatch(FILES / 10);
        Thread other = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; i < FILES; i++) {
                    Files.createFile(Files.createDirectory(directory.resolve("d" + i)).resolve("f"));
                    begun.countDown();
                }
            } catch (IOException gone) {
                // as it is to be
            }
        });
        begun.await();
        TemporaryDirectory.delete(directory);
        other.join();
        assertThat(place).isEmptyDirectory();
    }

    @Test
    void whatSomebodyHasIsNotLeftBehind() throws IOException {
        Path mine = TemporaryDirectory.create(place, "x-");
        Path again = TemporaryDirectory.create(place, "x-");
        assertThat(mine.resolve("in-use")).isNotEmptyFile();
        TemporaryDirectory.delete(mine);
        TemporaryDirectory.delete(again);
        assertThat(place).isEmptyDirectory();
    }

    @Test
    void whatAnInterruptedDeletionHasLeftGoesWithTheNext() throws IOException {
        Path left = Files.createDirectory(place.resolve("x-left"));
        Files.createFile(Files.createDirectories(left.resolve("bundle0/version")).resolve("bundle.jar"));
        Files.writeString(left.resolve("in-use"), "\n");
        Path own = TemporaryDirectory.create(place, "x-");
        assertThat(left).doesNotExist();
        TemporaryDirectory.delete(own);
    }
}
