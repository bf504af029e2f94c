package org.millrace.context;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import net.openhft.chronicle.core.values.LongValue;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import net.openhft.chronicle.values.Values;
import org.millrace.api.transport.ConnectionInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for every connection, listener and context of an instance, in the file {@code registry} of its directory:
 * for tools, while the runtime runs and after it died. Each further shard has a file of its own ({@code registry-1} …), so that
 * none waits for another; who reads gets the lines of all.
 *
 * <p>DESIGN NOTES. The runtime is the only one that opens the map itself. Tools read a copy, repaired by the checksums of
 * its entries: so a tool holds no lock that the runtime waits for, and a lock that a killed runtime held stops no tool.
 *
 * <p>Owned by: one thread of the control plane; an update costs some microseconds. {@link #read} by any.
 */
public final class Registry implements AutoCloseable {
    /** Lines for 32 K connections and what belongs to them. */
    public static final int DEFAULT_LINES = 34_000;

    static final int NAME_BYTES = 16;
    static final int DETAIL_BYTES = 128;

    private static final Logger LOG = LoggerFactory.getLogger(Registry.class);
    private static final AtomicBoolean REHEARSED = new AtomicBoolean();
    private static final String FILE = "registry";
    // Lines being written while the file is copied fail their checksum; another copy has them.
    private static final int COPIES = 3;
    /** A map's file: 8 bytes of hash, 4 of the head's size (negative while it is being written), the head as text. */
    private static final int HEAD_SIZE = 8;
    private static final int HEAD_BYTES = 64;

    static {
        Chronicle.prepare();
    }

    private final ChronicleMap<LongValue, RegistryRecord> map;
    private final LongValue key = Values.newHeapInstance(LongValue.class);
    private final RegistryRecord line = Values.newHeapInstance(RegistryRecord.class);
    private long refused;

    private Registry(ChronicleMap<LongValue, RegistryRecord> map) {
        this.map = map;
    }

    /**
     * Loads and links what a registry needs, which takes longer than anything else of a start, in a thread of its own: who
     * calls this and has other things to do first finds it done when it calls {@link #create}. Once in a process.
     */
    public static void rehearse() {
        if (REHEARSED.getAndSet(true)) {
            return;
        }
        Thread.ofPlatform().daemon().name("millrace-registry").start(() -> {
            try {
                builder(1).create().close();
            } catch (LinkageError | RuntimeException e) {
                LOG.debug("no rehearsal: {}", oneLine(e)); // its bundle has stopped, or who calls create hears why
            }
        });
    }

    /**
     * Begins the registry of an instance of one shard; see {@link #create(Path, int, int)}.
     *
     * @param directory the instance's
     * @param lines     how many there can be; a few more are taken
     * @return the registry, empty
     * @throws IOException if the file cannot be made
     */
    public static Registry create(Path directory, int lines) throws IOException {
        return create(directory, 1, lines).getFirst();
    }

    /**
     * Begins the registry of an instance that starts; an old one is lost, whatever number of shards it was of.
     *
     * @param directory the instance's
     * @param shards    how many write to it, from 1
     * @param lines     how many there can be of each shard; a few more are taken
     * @return what each shard writes to, empty
     * @throws IOException if a file cannot be made; none is left open then
     */
    public static List<Registry> create(Path directory, int shards, int lines) throws IOException {
        forget(directory);
        List<Registry> all = new ArrayList<>();
        try {
            for (int i = 0; i < shards; i++) {
                all.add(make(file(directory, i), lines));
            }
            return all;
        } catch (IOException | RuntimeException e) {
            all.forEach(Registry::close);
            throw e;
        }
    }

    private static Path file(Path directory, int shard) {
        return directory.resolve(shard == 0 ? FILE : FILE + "-" + shard);
    }

    private static void forget(Path directory) throws IOException {
        try (DirectoryStream<Path> old = Files.newDirectoryStream(directory, FILE + "{,-*}")) {
            for (Path file : old) {
                Files.delete(file);
            }
        }
    }

    private static Registry make(Path file, int lines) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            // its own hook would close it under a runtime that is just ending in order
            return new Registry(builder(lines).skipCloseOnExitHook(true).createPersistedTo(file.toFile()));
        } catch (IOException | InternalError noRoom) { // asked for first; but the pages are taken when they are written
            Files.deleteIfExists(file);
            throw new IOException("no room for the registry " + file + ": " + oneLine(noRoom), noRoom);
        }
    }

    /**
     * Writes a line, new or again. A line beyond the room there is is left out and counted.
     *
     * @param number the line's number, the writer's choice: what it is given again is the same line
     * @param kind   what it is about
     * @param info   what it says; texts are cut to 16 (transport, state) and 128 bytes (detail)
     * @param nowMs  the time, ms since 1970
     */
    public void put(long number, RegistryLine.Kind kind, ConnectionInfo info, long nowMs) {
        key.setValue(number);
        boolean known = map.getUsing(key, line) != null;
        RegistryCodec.write(line, kind, info, known ? line.getCreatedMs() : nowMs, nowMs);
        try {
            map.put(key, line);
        } catch (IllegalStateException full) {
            if (refused++ == 0) {
                LOG.warn("the registry is full at {} lines, further ones are left out: {}", map.longSize(), oneLine(full));
            }
        }
    }

    /**
     * Takes a line out.
     *
     * @param number the line's number
     */
    public void remove(long number) {
        key.setValue(number);
        map.remove(key);
    }

    /** {@return how many lines there are} */
    public long size() {
        return map.longSize();
    }

    /** {@return how many lines were left out because the registry was full} */
    public long refused() {
        return refused;
    }

    /** Closes the file; it stays for tools. */
    @Override
    public void close() {
        map.close();
    }

    /**
     * Reads the registry of an instance that runs, or ran. Takes no lock and changes nothing. Of several shards' those that can
     * be read are.
     *
     * @param directory the instance's
     * @return its lines, in no order
     * @throws NoSuchFileException if there is none
     * @throws IOException         if it is damaged beyond reading, each shard's; the message is one line and says what to do
     */
    public static List<RegistryLine> read(Path directory) throws IOException {
        if (!Files.exists(file(directory, 0))) {
            throw new NoSuchFileException(file(directory, 0).toString(), null, "no registry: no instance has run here");
        }
        List<RegistryLine> lines = new ArrayList<>();
        List<IOException> damages = new ArrayList<>();
        int shard = 0;
        for (; Files.exists(file(directory, shard)); shard++) {
            try {
                lines.addAll(readFile(file(directory, shard)));
            } catch (IOException damaged) {
                damages.add(damaged);
            }
        }
        if (damages.size() == shard) {
            throw damages.getFirst();
        }
        damages.forEach(damage -> LOG.warn("{}", damage.getMessage()));
        return lines;
    }

    private static List<RegistryLine> readFile(Path file) throws IOException {
        Reading reading = copy(file);
        for (int i = 1; i < COPIES && reading.damaged > 0; i++) {
            reading = copy(file);
        }
        if (reading.damaged > 0 && reading.lines.isEmpty()) {
            throw damaged(file, new IOException("no line of it is whole"));
        }
        if (reading.damaged > 0) {
            LOG.warn("registry {}: {} damaged lines are left out", file, reading.damaged);
        }
        return reading.lines;
    }

    private static Reading copy(Path file) throws IOException {
        Path copy = Files.createTempFile("millrace-registry", null);
        try {
            Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            checkHead(copy);
            return Reading.of(copy);
        } catch (Exception | InternalError e) { // undeclared checked ones too; InternalError: the file is shorter than it says
            throw damaged(file, e);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private static IOException damaged(Path file, Throwable cause) {
        return new IOException("registry " + file + " is damaged, restart its instance to have a new one: "
            + oneLine(cause), cause);
    }

    /** Without a whole head Chronicle waits a minute for somebody to write it. */
    private static void checkHead(Path copy) throws IOException {
        try (InputStream in = Files.newInputStream(copy)) {
            ByteBuffer head = ByteBuffer.wrap(in.readNBytes(HEAD_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
            if (head.remaining() < HEAD_BYTES || head.getInt(HEAD_SIZE) <= 0
                || !new String(head.array(), StandardCharsets.ISO_8859_1).contains(ChronicleMap.class.getSimpleName())) {
                throw new IOException("it has no head");
            }
        }
    }

    private static String oneLine(Throwable thrown) {
        String text = thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
        return text.lines().findFirst().orElse("");
    }

    private static ChronicleMapBuilder<LongValue, RegistryRecord> builder(int lines) {
        return ChronicleMapBuilder.of(LongValue.class, RegistryRecord.class).entries(lines).maxBloatFactor(2)
            .putReturnsNull(true).removeReturnsNull(true).checksumEntries(true);
    }

    /** What one copy of the file told. */
    private static final class Reading {
        final List<RegistryLine> lines = new ArrayList<>();
        int damaged;

        static Reading of(Path copy) throws IOException {
            Reading reading = new Reading();
            long length = Files.size(copy);
            try (ChronicleMap<LongValue, RegistryRecord> map = builder(DEFAULT_LINES).recoverPersistedTo(copy.toFile(),
                    false, corruption -> reading.damaged += corruption.message().contains("lock") ? 0 : 1)) {
                map.forEach((key, line) -> reading.add(line));
            }
            if (Files.size(copy) > length) {
                reading.damaged++; // cut short: the repair has made up for what was missing
            }
            return reading;
        }

        private void add(RegistryRecord line) {
            try {
                lines.add(RegistryCodec.read(line));
            } catch (IllegalArgumentException impossible) {
                damaged++;
            }
        }
    }
}
