package org.millrace.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A plain loop in C, not vectorised, which moves with the speed of the machine as the C of a data path does: the Internet
 * checksum of 1460 bytes by 16-bit words. Compiled where it runs, by {@code gcc}.
 */
final class ChecksumLoop {
    private static final String SOURCE = "checksum-loop.c";

    private ChecksumLoop() {
    }

    /** Starts it: for each line of input it prints the CPU time of one loop, ns. */
    static Process start() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("checksum-loop");
        Path source = directory.resolve(SOURCE);
        Path program = directory.resolve("checksum-loop");
        try (InputStream in = ChecksumLoop.class.getResourceAsStream(SOURCE)) {
            Files.copy(in, source);
        }
        int status = new ProcessBuilder("gcc", "-O3", "-fno-tree-vectorize", "-o", program.toString(), source.toString())
            .inheritIO().start().waitFor();
        if (status != 0) {
            throw new IOException("gcc has ended with " + status + ": c-loop cannot be measured here");
        }
        return new ProcessBuilder(program.toString()).redirectError(Redirect.INHERIT).start();
    }
}
