package org.millrace.agilio.machine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.millrace.execution.machine.MachineFile;
import org.millrace.execution.machine.MachineFileException;
import org.millrace.execution.machine.MachineText;

/**
 * Which stages run on which FPCs and threads (Fig. 4.8), from a mapping file, whose head explains the keys.
 *
 * @param name   what errors call it
 * @param groups flow groups, an island each
 * @param places in the order of the pipeline
 * @param isSequenced whether items are brought into order between places (§4.3.2)
 */
public record Mapping(String name, int groups, List<Place> places, boolean isSequenced) {
    /** The word for the stages before the first that is ordered by flow. */
    public static final String ENTRY = "@entry";
    /** The word for the stages from the first that is ordered by flow to the last. */
    public static final String FLOW = "@flow";
    /** The word for stages that move payload. */
    public static final String PAYLOAD = "@payload";
    /** The word for stages that are ordered by context. */
    public static final String CONTEXT = "@context";
    /** The word for stages that no place has named. */
    public static final String ANY = "@any";

    private static final String FIG_4_8 = "fig-4.8.mapping";
    private static final String BY_KIND = "by-kind.mapping";
    private static final Set<String> WITHOUT = Set.of("replication", "threads", "islands", "pipelining", "sequencing");

    /** Which FPCs of a place an item may go to. */
    public enum Steer {
        /** Every one. */
        ANY,
        /** Every one of its flow's group. */
        GROUP,
        /** The one of its flow. */
        FLOW,
        /** The one of its context. */
        CONTEXT
    }

    /** Where state is looked for before EMEM. */
    public enum Cache {
        /** Nowhere. */
        NONE,
        /** In local memory, by the FPC's CAM. */
        CAM,
        /** Then in CLS. */
        CAM_CLS
    }

    /**
     * FPCs that run the same stages.
     *
     * @param name       its name
     * @param stages     names of stages, or the words above
     * @param isInGroups whether on an island of every flow group, or on the service island
     * @param fpcs       on each such island
     * @param threads    of each FPC
     * @param steer      to which of them an item may go
     * @param inFlight   items a thread may wait for at once
     * @param ring       items that may wait before the place; 0: no limit but the machine's
     * @param cache      where state is looked for before EMEM
     */
    public record Place(String name, List<String> stages, boolean isInGroups, int fpcs, int threads, Steer steer, int inFlight,
                        int ring, Cache cache) {
        /** {@return with other numbers of FPCs and threads} */
        Place sized(int newFpcs, int newThreads) {
            return new Place(name, stages, isInGroups, newFpcs, newThreads, steer, inFlight, ring, cache);
        }
    }

    /** {@return FlexTOE's stages as the dissertation's figure has them} */
    public static Mapping fig48() {
        return fig48(Map.of());
    }

    /** {@return any program's stages on the same places, by what they declare} */
    public static Mapping byKind() {
        return byKind(Map.of());
    }

    /**
     * {@return any program's stages by what they declare, with some values of one's own}
     *
     * @param set values by key
     */
    public static Mapping byKind(Map<String, String> set) {
        return parse(MachineText.shipped(Mapping.class, BY_KIND), set);
    }

    /**
     * {@return the figure's mapping with some values of one's own}
     *
     * @param set values by key
     */
    public static Mapping fig48(Map<String, String> set) {
        return parse(shipped(), set);
    }

    /** {@return the figure's file} */
    public static MachineText shipped() {
        return MachineText.shipped(Mapping.class, FIG_4_8);
    }

    /**
     * Reads a mapping file.
     *
     * @param file its name and text
     * @param set  values by key that stand in place of the file's
     * @return the mapping
     * @throws MachineFileException if it is malformed, or contradicts itself
     */
    public static Mapping parse(MachineText file, Map<String, String> set) {
        MachineFile f = new MachineFile(file, set);
        int groups = f.number("groups", 1, 64);
        List<String> names = f.words("places");
        Map<String, String> placed = new TreeMap<>();
        List<Place> places = new ArrayList<>();
        for (String place : names) {
            if (places.stream().anyMatch(other -> other.name.equals(place))) {
                throw f.contradiction("places", "'" + place + "' stands there twice");
            }
            places.add(place(f, place, placed));
        }
        f.end();
        return new Mapping(file.name(), groups, List.copyOf(places), true);
    }

    private static Place place(MachineFile f, String name, Map<String, String> placed) {
        List<String> stages = f.words(name + ".stages");
        for (String stage : stages) {
            String other = placed.putIfAbsent(stage, name);
            if (other != null) {
                throw f.contradiction(name + ".stages", "stage " + stage + " is at " + other + " already");
            }
        }
        boolean isInGroups = f.oneOf(name + ".island", ordered("group", true, "service", false));
        Place place = new Place(name, stages, isInGroups, f.number(name + ".fpcs", 1, 120), f.number(name + ".threads", 1, 8),
            f.oneOf(name + ".steer", ordered("any", Steer.ANY, "group", Steer.GROUP, "flow", Steer.FLOW, "context", Steer.CONTEXT)),
            f.number(name + ".in-flight", 1, 64), f.number(name + ".ring", 0, 1 << 20),
            f.oneOf(name + ".cache", ordered("none", Cache.NONE, "cam", Cache.CAM, "cam+cls", Cache.CAM_CLS)));
        if (!isInGroups && place.steer == Steer.GROUP) {
            throw f.contradiction(name + ".steer", "group, but the place is on the service island, allowed are any, flow, context");
        }
        return place;
    }

    @SuppressWarnings("unchecked") // words and what they mean, in turn
    private static <E> Map<String, E> ordered(Object... wordsAndValues) {
        Map<String, E> map = new LinkedHashMap<>();
        for (int i = 0; i < wordsAndValues.length; i += 2) {
            map.put((String) wordsAndValues[i], (E) wordsAndValues[i + 1]);
        }
        return map;
    }

    /**
     * {@return the mapping without a kind of parallelism, as Table 4.4 takes it away}
     *
     * @param parallelism {@code islands}: one flow group; {@code replication}: one FPC a place of the groups; {@code threads}: one
     *                    thread an FPC, three where each workflow has its own; {@code pipelining}: one place, one FPC, one thread;
     *                    {@code sequencing}: items are not brought into order
     * @throws IllegalArgumentException if it is none of these
     */
    public Mapping without(String parallelism) {
        return switch (parallelism) {
            case "islands" -> new Mapping(name, 1, places, isSequenced);
            case "replication" -> new Mapping(name, groups, places.stream()
                .map(place -> place.isInGroups ? place.sized(1, place.threads) : place).toList(), isSequenced);
            case "threads" -> new Mapping(name, groups, places.stream()
                .map(place -> place.isInGroups ? place.sized(place.fpcs, place == places.getFirst() ? 3 : 1) : place).toList(),
                isSequenced);
            case "pipelining" -> new Mapping(name, 1, List.of(new Place("all", List.of(ANY), true, 1, 1, Steer.FLOW, 1, 0,
                Cache.NONE)), isSequenced);
            case "sequencing" -> new Mapping(name, groups, places, false);
            default -> throw new IllegalArgumentException("'" + parallelism + "', allowed is one of "
                + String.join(", ", WITHOUT.stream().sorted().toList()));
        };
    }

    /** {@return FPCs that the mapping takes on an island of a flow group} */
    public int fpcsOfGroup() {
        return places.stream().filter(Place::isInGroups).mapToInt(Place::fpcs).sum();
    }

    /** {@return FPCs that the mapping takes on the service island} */
    public int fpcsOfService() {
        return places.stream().filter(place -> !place.isInGroups).mapToInt(Place::fpcs).sum();
    }
}
