package org.millrace.agilio.machine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * An NFP-4000. Every number stands in the machine file, with its source; a component is the key of its record's section, with
 * hyphens. Cycles are the FPC clock's.
 */
public record Machine(Island island, Fpc fpc, Cam cam, Cls cls, Ctm ctm, Imem imem, Emem emem, Lookup lookup, State state,
            Dma dma, Pcie pcie, Gro gro, Scheduler scheduler, Atx atx, Descriptor descriptor) {
    /** General-purpose islands. Keys: {@code island}. */
    public record Island(int first, int count, int fpcs) {
    }

    /** One flow processing core. Keys: {@code fpc}. */
    public record Fpc(int clockMhz, int threads, int switchCycles, int codeInstructions, int localBytes,
            int factorPercent) {
    }

    /** Its content-addressable memory. Keys: {@code cam}. */
    public record Cam(int entries, int cycles) {
    }

    /** An island's local scratch. Keys: {@code cls}. */
    public record Cls(int bytes, int cycles) {
    }

    /** An island's target memory. Keys: {@code ctm}. */
    public record Ctm(int cycles, int remoteCycles) {
    }

    /** Internal memory. Keys: {@code imem}. */
    public record Imem(int bytes, int cycles) {
    }

    /** External memory behind its cache. Keys: {@code emem}. */
    public record Emem(int kib, int cacheKib, int readCycles, int writeCycles, int dramCycles,
            int engineCycles) {
    }

    /** The table of flows in IMEM, and an FPC's cache of it. Keys: {@code lookup}. */
    public record Lookup(int cacheEntries, int missReads, int missInstructions, int entryBytes) {
    }

    /** State of connections, and what finding it costs where an FPC's CAM does not know it. Keys: {@code state}. */
    public record State(int connectionBytes, int missInstructions, int clsCycles, int shortMissInstructions) {
    }

    /** The DMA engine: until a read or write has signalled, and by length. Keys: {@code dma}. */
    public record Dma(int readCycles, int readCyclesPerKib, int writeCycles, int writeCyclesPerKib) {
    }

    /** The link to the host. Keys: {@code pcie}. */
    public record Pcie(int mbit, int headerBytes, int doorbellCycles) {
    }

    /** What brings items into order. Keys: {@code gro}. */
    public record Gro(int cycles, int latencyCycles) {
    }

    /** The flow scheduler, one FPC. Keys: {@code scheduler}. */
    public record Scheduler(int localInstructions, int queueInstructions, int bumpInstructions, int bypass, int pollPercent,
            int segmentBytes) {
    }

    /** Applications' requests: doorbells polled, descriptors fetched. Keys: {@code atx}. */
    public record Atx(int instructions, int dmaInstructions, int pollCycles) {
    }

    /** A descriptor on the host. Keys: {@code descriptor}. */
    public record Descriptor(int bytes) {
    }

    private static final String FILE = "nfp4000.machine";
    private static final int MOST = 1 << 30;

    /** {@return an NFP-4000} */
    public static Machine nfp4000() {
        return nfp4000(Map.of());
    }

    /**
     * {@return an NFP-4000 with some numbers of one's own}
     *
     * @param set values by key
     * @throws MachineFileException if a key is unknown or a value is not allowed
     */
    public static Machine nfp4000(Map<String, String> set) {
        return parse(FILE, resource(FILE), set);
    }

    static String resource(String name) {
        try (InputStream in = Machine.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " is not readable", e);
        }
    }

    /**
     * Reads a machine file.
     *
     * @param name what errors call it
     * @param text its text
     * @param set  values by key that stand in place of the file's
     * @return the machine
     * @throws MachineFileException if it is malformed, or contradicts itself
     */
    public static Machine parse(String name, String text, Map<String, String> set) {
        SourcedFile f = new SourcedFile(name, text, set);
        Machine machine = new Machine(island(f), fpc(f), cam(f), cls(f), ctm(f), imem(f), emem(f), lookup(f), state(f),
            dma(f), pcie(f), gro(f), scheduler(f), atx(f), descriptor(f));
        if (machine.cam.entries * machine.state.connectionBytes > machine.fpc.localBytes) {
            throw f.contradiction("cam.entries", machine.cam.entries + " entries of state.connection-bytes "
                + machine.state.connectionBytes + " are more than fpc.local-bytes " + machine.fpc.localBytes);
        }
        if (machine.emem.cacheKib > machine.emem.kib) {
            throw f.contradiction("emem.cache-kib", machine.emem.cacheKib + " is more than emem.kib " + machine.emem.kib);
        }
        f.end();
        return machine;
    }

    private static Island island(SourcedFile f) {
        return new Island(f.number("island.first", 1, MOST), f.number("island.count", 1, MOST),
            f.number("island.fpcs", 1, MOST));
    }

    private static Fpc fpc(SourcedFile f) {
        return new Fpc(f.number("fpc.clock-mhz", 1, MOST), f.number("fpc.threads", 1, MOST),
            f.number("fpc.switch-cycles", 0, MOST), f.number("fpc.code-instructions", 1, MOST),
            f.number("fpc.local-bytes", 1, MOST), f.number("fpc.factor-percent", 1, MOST));
    }

    private static Cam cam(SourcedFile f) {
        return new Cam(f.number("cam.entries", 1, MOST), f.number("cam.cycles", 1, MOST));
    }

    private static Cls cls(SourcedFile f) {
        return new Cls(f.number("cls.bytes", 1, MOST), f.number("cls.cycles", 1, MOST));
    }

    private static Ctm ctm(SourcedFile f) {
        return new Ctm(f.number("ctm.cycles", 1, MOST), f.number("ctm.remote-cycles", 1, MOST));
    }

    private static Imem imem(SourcedFile f) {
        return new Imem(f.number("imem.bytes", 1, MOST), f.number("imem.cycles", 1, MOST));
    }

    private static Emem emem(SourcedFile f) {
        return new Emem(f.number("emem.kib", 1, MOST), f.number("emem.cache-kib", 1, MOST),
            f.number("emem.read-cycles", 1, MOST),
            f.number("emem.write-cycles", 1, MOST), f.number("emem.dram-cycles", 1, MOST),
            f.number("emem.engine-cycles", 0, MOST));
    }

    private static Lookup lookup(SourcedFile f) {
        return new Lookup(f.number("lookup.cache-entries", 1, MOST), f.number("lookup.miss-reads", 1, MOST),
            f.number("lookup.miss-instructions", 0, MOST),
            f.number("lookup.entry-bytes", 1, MOST));
    }

    private static State state(SourcedFile f) {
        return new State(f.number("state.connection-bytes", 1, MOST), f.number("state.miss-instructions", 0, MOST),
            f.number("state.cls-cycles", 1, MOST), f.number("state.short-miss-instructions", 0, MOST));
    }

    private static Dma dma(SourcedFile f) {
        return new Dma(f.number("dma.read-cycles", 1, MOST), f.number("dma.read-cycles-per-kib", 0, MOST),
            f.number("dma.write-cycles", 1, MOST), f.number("dma.write-cycles-per-kib", 0, MOST));
    }

    private static Pcie pcie(SourcedFile f) {
        return new Pcie(f.number("pcie.mbit", 1, MOST), f.number("pcie.header-bytes", 1, MOST),
            f.number("pcie.doorbell-cycles", 0, MOST));
    }

    private static Gro gro(SourcedFile f) {
        return new Gro(f.number("gro.cycles", 1, MOST), f.number("gro.latency-cycles", 0, MOST));
    }

    private static Scheduler scheduler(SourcedFile f) {
        return new Scheduler(f.number("scheduler.local-instructions", 1, MOST),
            f.number("scheduler.queue-instructions", 1, MOST), f.number("scheduler.bump-instructions", 1, MOST),
            f.number("scheduler.bypass", 0, 1),
            f.number("scheduler.poll-percent", 1, MOST), f.number("scheduler.segment-bytes", 1, MOST));
    }

    private static Atx atx(SourcedFile f) {
        return new Atx(f.number("atx.instructions", 1, MOST), f.number("atx.dma-instructions", 1, MOST),
            f.number("atx.poll-cycles", 1, MOST));
    }

    private static Descriptor descriptor(SourcedFile f) {
        return new Descriptor(f.number("descriptor.bytes", 1, MOST));
    }
}
