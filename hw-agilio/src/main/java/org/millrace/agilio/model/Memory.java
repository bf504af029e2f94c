package org.millrace.agilio.model;

import java.util.Locale;
import org.millrace.agilio.machine.Machine;

/** What a thread waits for. */
public enum Memory {
    /** The island's local scratch; its work queues. */
    CLS,
    /** The island's target memory. */
    CTM,
    /** Another island's. */
    CTM_REMOTE,
    /** Internal memory. */
    IMEM,
    /** External memory, a read that its cache has. */
    EMEM,
    /** External memory, a write or ring put. */
    EMEM_WRITE,
    /** External memory, a read that its cache does not have. */
    EMEM_DRAM,
    /** PCIe, a write to the host. */
    PCIE_WRITE,
    /** PCIe, a read from the host. */
    PCIE_READ;

    /** {@return its word in files and reports} */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** {@return unloaded cycles of an access; of PCIe, of the shortest} */
    int cycles(Machine machine) {
        return switch (this) {
            case CLS -> machine.cls().cycles();
            case CTM -> machine.ctm().cycles();
            case CTM_REMOTE -> machine.ctm().remoteCycles();
            case IMEM -> machine.imem().cycles();
            case EMEM -> machine.emem().readCycles();
            case EMEM_WRITE -> machine.emem().writeCycles();
            case EMEM_DRAM -> machine.emem().dramCycles();
            case PCIE_WRITE -> machine.dma().writeCycles();
            case PCIE_READ -> machine.dma().readCycles();
        };
    }
}
