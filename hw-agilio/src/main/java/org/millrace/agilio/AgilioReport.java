package org.millrace.agilio;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;

/**
 * All that is known of a program on the machine.
 *
 * @param program  its name
 * @param machine  the machine
 * @param mapping  where stages run
 * @param capacity for how many keys
 * @param fit      the decision
 * @param places   what each place's FPCs hold
 */
public record AgilioReport(String program, Machine machine, Mapping mapping, Capacity capacity, FitReport fit, List<Place> places) {
    /**
     * What one FPC of a place holds.
     *
     * @param place        the place
     * @param stages       the names of its stages
     * @param instructions in its code store
     * @param localBytes   in its local memory
     * @param clsBytes     of its island's CLS
     * @param stateBytes   of a flow's state
     */
    public record Place(Mapping.Place place, Set<String> stages, int instructions, int localBytes, int clsBytes, int stateBytes) {
        /** {@return whether no stage has come here} */
        public boolean isIdle() {
            return stages.isEmpty();
        }
    }

    /**
     * A resource.
     *
     * @param name its name
     * @param used how much of it
     * @param of   how much there is
     */
    public record Row(String name, long used, long of) {
        /** {@return percent used} */
        public double share() {
            return 100.0 * used / of;
        }
    }

    /** {@return the islands of a place as text} */
    String islands(Mapping.Place place) {
        int first = machine.island().first();
        int groups = mapping.groups();
        return !place.isInGroups() ? "island " + (first + groups)
            : groups == 1 ? "island " + first : "islands " + first + " to " + (first + groups - 1);
    }

    /** {@return bytes of a flow's state in all places} */
    private long stateBytes() {
        return places.stream().mapToLong(Place::stateBytes).sum();
    }

    /** {@return what the machine has, and how much of it is used; of an FPC's, by the fullest} */
    public List<Row> rows() {
        int used = mapping.groups() * places.stream().filter(p -> p.place().isInGroups() && !p.isIdle()).mapToInt(p -> p.place().fpcs()).sum()
            + mapping.fpcsOfService() + machine.island().serviceFpcs();
        List<Row> rows = new ArrayList<>();
        rows.add(new Row("FPCs", used, machine.island().count() * machine.island().fpcs()));
        rows.add(new Row("threads an FPC", places.stream().mapToInt(p -> p.place().threads()).max().orElse(0),
            machine.fpc().threads()));
        rows.add(new Row("code store, instructions", places.stream().mapToInt(Place::instructions).max().orElse(0),
            machine.fpc().codeInstructions()));
        rows.add(new Row("local memory, bytes", places.stream().mapToInt(Place::localBytes).max().orElse(0),
            machine.fpc().localBytes()));
        rows.add(new Row("CLS of an island, bytes", places.stream().filter(p -> p.place().isInGroups()).mapToInt(Place::clsBytes).sum(),
            machine.cls().bytes()));
        rows.add(new Row("IMEM, bytes", (long) capacity.flows() * machine.lookup().entryBytes(), machine.imem().bytes()));
        rows.add(new Row("EMEM, KiB", (capacity.flows() * stateBytes() + 1023) / 1024, machine.emem().kib()));
        return rows;
    }
}
