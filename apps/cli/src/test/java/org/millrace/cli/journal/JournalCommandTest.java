package org.millrace.cli.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.cli.Main;
import org.millrace.cli.instance.LiveEcho;
import org.millrace.context.Journal;
import org.millrace.memory.Descriptor;
import picocli.CommandLine;

@Timeout(240)
class JournalCommandTest {
    private static final long START_NS = 1_000_000_000;

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter errors = new StringWriter();
    private RecordedEcho echo;

    @Test
    void recordedEchoReplaysEqual() throws IOException {
        record(slot -> { });
        assertThat(run("journal", "replay", directory.toString())).as(out.toString()).isZero();
        assertThat(out.toString()).contains("context 5 of ", ", 6 connections, ", "the same came out")
            .doesNotContain("not compared");
    }

    @Test
    void twoUsersOfAContextNumberAreReplayedOneByOne() throws IOException {
        try (Journal journal = Journal.open(directory, 5, Journal.Limits.DEFAULT, START_NS)) {
            record(journal, record(journal, START_NS, slot -> { }), slot -> { });
        }
        assertThat(run("journal", "replay", directory.toString())).as(out.toString()).isZero();
        assertThat(out.toString().lines()).hasSize(2).allMatch(line -> line.endsWith("the same came out"));
        assertThat(out.toString()).contains("context 5 of ", "context 5 (2. of that number) of ");
    }

    @Test
    void journalThatARuntimeHasWrittenReplaysEqual() throws IOException {
        LiveEcho.run(directory, 3, 100_000, 1);
        assertThat(run("journal", "replay", directory.toString())).as(out.toString()).isZero();
        assertThat(out.toString()).contains("context 0 of ", ", 3 connections, 300000 bytes in, 300000 bytes out: ",
            "the same came out");
    }

    @Test
    void journalsOfAllShardsReplayEqual() throws IOException {
        LiveEcho.run(directory, 24, 20_000, 2);
        assertThat(run("journal", "replay", directory.toString())).as(out.toString()).isZero();
        assertThat(out.toString().lines()).hasSize(2).allMatch(line -> line.endsWith("the same came out"));
        assertThat(out.toString()).contains("context 0 of ", "context 1 of ").doesNotContain(" 0 connections");
    }

    @Test
    void freedBytesThatWereNeverAppendedAreADifference() throws IOException {
        long[] bumps = {0};
        record(slot -> {
            boolean bump = echo.memory().get(ValueLayout.JAVA_BYTE, slot) == Descriptor.BUMP;
            if (bump && ++bumps[0] == 5) {
                echo.memory().set(ValueLayout.JAVA_INT_UNALIGNED, slot + Descriptor.TX_BYTES, 1 << 20);
            }
        });
        assertThat(run("journal", "replay", "--json", directory.toString())).as(errors.toString()).isEqualTo(1);
        assertThat(out.toString()).as(errors.toString()).contains("\"equal\":false", "freed, recorded are ");
    }

    @Test
    void requestThatMustCloseTheContextIsADifferenceIfTheRecordingGoesOn() throws IOException {
        record(slot -> {
            if (echo.memory().get(ValueLayout.JAVA_BYTE, slot) == Descriptor.BUMP) {
                // the recorded application then consumes more than it was given
                echo.memory().set(ValueLayout.JAVA_INT_UNALIGNED, slot + Descriptor.RX_BYTES, 0);
            }
        });
        assertThat(run("journal", "replay", directory.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("DIFFERENT", "the context is closed for entry ", ", the recording goes on");
    }

    @Test
    void dumpPrintsEveryDescriptorInOrder() throws IOException {
        record(slot -> { });
        assertThat(run("journal", "dump", directory.toString())).isZero();
        List<String> lines = out.toString().lines().toList();
        assertThat(lines.getFirst()).contains("context 5  > LISTEN     opaque 1  argument 16  local 10.0.0.2:7");
        assertThat(lines).anyMatch(line -> line.contains("< LISTENING  opaque 1  status ok"))
            .anyMatch(line -> line.contains("< CONNECTED") && line.contains("status refused"))
            .anyMatch(line -> line.contains("< BUMP") && line.contains("fin true"))
            .anyMatch(line -> line.contains("> CLOSE      connection 000"));
        assertThat(run("journal", "dump", "--json", "--context", "5", directory.toString())).isZero();
        assertThat(out.toString()).contains("\"direction\":\"request\",\"type\":\"LISTEN\",\"opaque\":1,\"argument\":16");
    }

    @Test
    void contextThatIsNotInTheJournalIsSaidInOneLine() throws IOException {
        record(slot -> { });
        assertThat(run("journal", "replay", "--context", "9", directory.toString())).isEqualTo(1);
        assertThat(errors.toString().lines()).containsExactly(
            "millrace: no descriptor of context 9 is in the journals at " + directory);
    }

    @Test
    void missingAndDamagedJournalAreSaidInOneLine() throws IOException {
        assertThat(run("journal", "dump", directory.toString())).isEqualTo(1);
        assertThat(errors.toString().lines()).singleElement().asString().startsWith("millrace: no journal at ");
        errors.getBuffer().setLength(0);
        record(slot -> { });
        for (Path file : files()) {
            byte[] garbage = new byte[2000];
            Arrays.fill(garbage, (byte) 0x5a);
            Files.write(file, garbage);
        }
        assertThat(run("journal", "dump", directory.toString())).isEqualTo(1);
        assertThat(errors.toString().lines()).singleElement().asString().startsWith("millrace: journal ")
            .contains("is damaged");
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        try (var stream = Files.newDirectoryStream(directory, "*.cq4")) {
            stream.forEach(files::add);
        }
        return files;
    }

    /** Four echoed connections, one of which the peer resets; one that was refused, two that were accepted by the peer. */
    private long record(Journal journal, long startNs, LongConsumer tamper) {
        try (RecordedEcho recorded = new RecordedEcho(journal, startNs, tamper)) {
            echo = recorded;
            InetSocketAddress server = new InetSocketAddress(RecordedEcho.SERVER, RecordedEcho.PORT);
            echo.listen();
            echo.run(() -> false);
            List<ReplayPeer.End> ends = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                ReplayPeer.End end = echo.peer.connect(server);
                end.send(1_000 + i * 60_000, i != 3);
                ends.add(end);
            }
            echo.run(() -> ends.stream().allMatch(end -> end.received > 900));
            ends.get(3).abort();
            InetSocketAddress client = new InetSocketAddress(RecordedEcho.CLIENT, 90);
            echo.peer.listen(client, true);
            echo.run(() -> echo.peer.isListening(client));
            echo.connect(90);
            echo.connect(91);
            echo.connect(90);
            echo.run(() -> echo.connected == 2 && echo.refused == 1);
            echo.run(() -> false);
            return echo.nowNs();
        }
    }

    private void record(LongConsumer tamper) {
        try (Journal journal = Journal.open(directory, 5, Journal.Limits.DEFAULT, START_NS)) {
            record(journal, START_NS, tamper);
        }
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        CommandLine line = Main.commandLine();
        return line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(errors, true)).execute(arguments);
    }
}
