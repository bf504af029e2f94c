package org.millrace.agilio.machine;

import java.util.Map;
import org.millrace.execution.machine.MachineFile;
import org.millrace.execution.machine.MachineFileException;
import org.millrace.execution.machine.MachineText;

/**
 * An NFP-4000. Every number stands in the machine file, with its source; a component is the key of its record's section, with
 * hyphens. Cycles are the FPC clock's.
 */
public record Machine(Island island, Fpc fpc, Cam cam, Cls cls, Ctm ctm, Imem imem, Emem emem, Lookup lookup, State state,
            Dma dma, Pcie pcie, Gro gro, Scheduler scheduler, Atx atx, Descriptor descriptor, Item item, Heap heap, Record record) {
    /** General-purpose islands. Keys: {@code island}. */
    public record Island(int first, int count, int fpcs, int serviceFpcs) {
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
    public record Lookup(int cacheEntries, int cacheEntryBytes, int missReads, int missInstructions, int insertWrites, int entryBytes) {
    }

    /** State of connections, and what finding it costs where an FPC's CAM does not know it. Keys: {@code state}. */
    public record State(int connectionBytes, int missInstructions, int clsEntries, int clsEntryBytes, int unpackedBytes, int clsCycles,
            int swapInstructions, int shortMissInstructions) {
    }

    /** The DMA engine: until a read or write has signalled, and by length. Keys: {@code dma}. */
    public record Dma(int readCycles, int readCyclesPerKib, int writeCycles, int writeCyclesPerKib) {
    }

    /** The link to the host. Keys: {@code pcie}. */
    public record Pcie(int mbit, int headerBytes, int doorbellCycles, int mmioReadCycles, int statisticsReads) {
    }

    /** What brings items into order. Keys: {@code gro}. */
    public record Gro(int cycles, int latencyCycles) {
    }

    /** The flow scheduler, one FPC. Keys: {@code scheduler}. */
    public record Scheduler(int localInstructions, int queueInstructions, int queueFlows, int bumpInstructions, int bypass,
            int pollPercent, int segmentBytes, int credits, int slots, int slotCycles, int slotThreads) {
    }

    /** Applications' requests: doorbells polled, descriptors fetched. Keys: {@code atx}. */
    public record Atx(int instructions, int dmaInstructions, int pollCycles) {
    }

    /** A descriptor on the host. Keys: {@code descriptor}. */
    public record Descriptor(int bytes) {
    }

    /** Items at once, and what passes from a place to the next. Keys: {@code item}. */
    public record Item(int most, int resultBytes) {
    }

    /** A queue by rank in EMEM. Keys: {@code heap}. */
    public record Heap(int accesses) {
    }

    /** What a trace point writes to the host beside the item. Keys: {@code record}. */
    public record Record(int instructions, int bytes) {
    }

    private static final String FILE = "nfp4000.machine";
    private static final int MOST = MachineFile.MOST;

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
        return parse(shipped(), set);
    }

    /** {@return the file that is shipped} */
    public static MachineText shipped() {
        return MachineText.shipped(Machine.class, FILE);
    }

    /**
     * Reads a machine file.
     *
     * @param file its name and text
     * @param set  values by key that stand in place of the file's
     * @return the machine
     * @throws MachineFileException if it is malformed, or contradicts itself
     */
    public static Machine parse(MachineText file, Map<String, String> set) {
        MachineFile f = new MachineFile(file, set);
        Machine machine = new Machine(island(f), fpc(f), cam(f), cls(f), ctm(f), imem(f), emem(f), lookup(f), state(f),
            dma(f), pcie(f), gro(f), scheduler(f), atx(f), descriptor(f), item(f), heap(f), record(f));
        if (machine.cam.entries * machine.state.connectionBytes > machine.fpc.localBytes) {
            throw f.contradiction("cam.entries", machine.cam.entries + " entries of state.connection-bytes "
                + machine.state.connectionBytes + " are more than fpc.local-bytes " + machine.fpc.localBytes);
        }
        if (machine.state.clsEntries * (long) machine.state.clsEntryBytes > machine.cls.bytes) {
            throw f.contradiction("state.cls-entries", machine.state.clsEntries + " of state.cls-entry-bytes "
                + machine.state.clsEntryBytes + " are more than cls.bytes " + machine.cls.bytes);
        }
        if (machine.emem.cacheKib > machine.emem.kib) {
            throw f.contradiction("emem.cache-kib", machine.emem.cacheKib + " is more than emem.kib " + machine.emem.kib);
        }
        f.end();
        return machine;
    }

    private static Island island(MachineFile f) {
        return new Island(f.positive("island.first"), f.positive("island.count"),
            f.positive("island.fpcs"), f.number("island.service-fpcs", 0, MOST));
    }

    private static Fpc fpc(MachineFile f) {
        return new Fpc(f.positive("fpc.clock-mhz"), f.positive("fpc.threads"),
            f.number("fpc.switch-cycles", 0, MOST), f.positive("fpc.code-instructions"),
            f.positive("fpc.local-bytes"), f.positive("fpc.factor-percent"));
    }

    private static Cam cam(MachineFile f) {
        return new Cam(f.positive("cam.entries"), f.positive("cam.cycles"));
    }

    private static Cls cls(MachineFile f) {
        return new Cls(f.positive("cls.bytes"), f.positive("cls.cycles"));
    }

    private static Ctm ctm(MachineFile f) {
        return new Ctm(f.positive("ctm.cycles"), f.positive("ctm.remote-cycles"));
    }

    private static Imem imem(MachineFile f) {
        return new Imem(f.positive("imem.bytes"), f.positive("imem.cycles"));
    }

    private static Emem emem(MachineFile f) {
        return new Emem(f.positive("emem.kib"), f.positive("emem.cache-kib"),
            f.positive("emem.read-cycles"),
            f.positive("emem.write-cycles"), f.positive("emem.dram-cycles"),
            f.number("emem.engine-cycles", 0, MOST));
    }

    private static Lookup lookup(MachineFile f) {
        return new Lookup(f.positive("lookup.cache-entries"), f.positive("lookup.cache-entry-bytes"), f.positive("lookup.miss-reads"),
            f.number("lookup.miss-instructions", 0, MOST), f.number("lookup.insert-writes", 0, MOST),
            f.positive("lookup.entry-bytes"));
    }

    private static State state(MachineFile f) {
        return new State(f.positive("state.connection-bytes"), f.number("state.miss-instructions", 0, MOST),
            f.positive("state.cls-entries"), f.positive("state.cls-entry-bytes"), f.positive("state.unpacked-bytes"),
            f.positive("state.cls-cycles"), f.number("state.swap-instructions", 0, MOST), f.number("state.short-miss-instructions", 0, MOST));
    }

    private static Dma dma(MachineFile f) {
        return new Dma(f.positive("dma.read-cycles"), f.number("dma.read-cycles-per-kib", 0, MOST),
            f.positive("dma.write-cycles"), f.number("dma.write-cycles-per-kib", 0, MOST));
    }

    private static Pcie pcie(MachineFile f) {
        return new Pcie(f.positive("pcie.mbit"), f.positive("pcie.header-bytes"),
            f.number("pcie.doorbell-cycles", 0, MOST), f.positive("pcie.mmio-read-cycles"),
            f.positive("pcie.statistics-reads"));
    }

    private static Gro gro(MachineFile f) {
        return new Gro(f.positive("gro.cycles"), f.number("gro.latency-cycles", 0, MOST));
    }

    private static Scheduler scheduler(MachineFile f) {
        return new Scheduler(f.positive("scheduler.local-instructions"),
            f.positive("scheduler.queue-instructions"), f.positive("scheduler.queue-flows"), f.positive("scheduler.bump-instructions"),
            f.number("scheduler.bypass", 0, 1),
            f.positive("scheduler.poll-percent"), f.positive("scheduler.segment-bytes"),
            f.positive("scheduler.credits"),
            f.number("scheduler.slots", 2, 1 << 16), f.positive("scheduler.slot-cycles"), f.number("scheduler.slot-threads", 1, 8));
    }

    private static Atx atx(MachineFile f) {
        return new Atx(f.positive("atx.instructions"), f.positive("atx.dma-instructions"),
            f.positive("atx.poll-cycles"));
    }

    private static Descriptor descriptor(MachineFile f) {
        return new Descriptor(f.positive("descriptor.bytes"));
    }

    private static Item item(MachineFile f) {
        return new Item(f.number("item.most", 64, 1 << 16), f.positive("item.result-bytes"));
    }

    private static Heap heap(MachineFile f) {
        return new Heap(f.number("heap.accesses", 0, MOST));
    }

    private static Record record(MachineFile f) {
        return new Record(f.number("record.instructions", 0, MOST), f.number("record.bytes", 0, MOST));
    }
}
