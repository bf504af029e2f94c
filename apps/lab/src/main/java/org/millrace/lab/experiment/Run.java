package org.millrace.lab.experiment;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import org.millrace.execution.machine.MachineText;

/** One run of an experiment: its seed, what is set, and whom to tell how far it is. */
public final class Run {
    private final long seed;
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, String> grouped = new TreeMap<>();
    private final Optional<MachineText> machine;
    private final Optional<MachineText> mapping;
    private final Set<String> without;
    private final Progress progress;

    /**
     * What a run was asked for.
     *
     * @param seed     of everything random
     * @param settings key and value of each {@code --set}
     * @param machine  the file that describes a machine
     * @param mapping  the file that places stages
     * @param without  what is left out
     */
    public record Wishes(long seed, Map<String, String> settings, Optional<MachineText> machine, Optional<MachineText> mapping, Set<String> without) {
        /** No file, and nothing left out. */
        public Wishes(long seed, Map<String, String> settings) {
            this(seed, settings, Optional.empty(), Optional.empty(), Set.of());
        }

        /** {@return the options of {@code millrace lab run} that ask for this; files by their names} */
        public String options() {
            StringJoiner all = new StringJoiner(" ");
            all.add("--seed " + seed);
            machine.ifPresent(file -> all.add("--machine " + file.name()));
            mapping.ifPresent(file -> all.add("--mapping " + file.name()));
            new TreeMap<>(settings).forEach((key, value) -> all.add("--set " + key + "=" + value));
            new TreeSet<>(without).forEach(part -> all.add("--without " + part));
            return all.toString();
        }
    }

    /**
     * A run as asked for.
     *
     * @param experiment whose
     * @param wishes     seed and settings
     * @param progress   is told how far it is
     * @throws LabException if something is set that the experiment does not have, or a value is not allowed
     */
    public Run(Experiment experiment, Wishes wishes, Progress progress) throws LabException {
        seed = wishes.seed;
        machine = wishes.machine;
        mapping = wishes.mapping;
        without = wishes.without;
        this.progress = progress;
        for (Parameter parameter : experiment.parameters()) {
            if (!parameter.isGroup()) {
                values.put(parameter.key(), parameter.standard());
            }
        }
        for (Map.Entry<String, String> wish : wishes.settings.entrySet()) {
            set(experiment, wish.getKey(), wish.getValue());
        }
        check(experiment);
    }

    private void set(Experiment experiment, String key, String value) throws LabException {
        for (Parameter parameter : experiment.parameters()) {
            if (parameter.names(key)) {
                parameter.check(value);
                (parameter.isGroup() ? grouped : values).put(key, value);
                return;
            }
        }
        throw new LabException(experiment.parameters().isEmpty() ? "--set " + key + ": nothing can be set for " + experiment.name()
            : "--set " + key + ": " + experiment.name() + " has no such parameter; there are "
                + String.join(", ", experiment.parameters().stream().map(p -> p.key() + (p.isGroup() ? "…" : "")).toList()));
    }

    private void check(Experiment experiment) throws LabException {
        if (machine.isPresent() && !experiment.takesMachine()) {
            throw new LabException("--machine: " + experiment.name() + " runs on no machine that a file describes");
        }
        if (mapping.isPresent() && !experiment.takesMapping()) {
            throw new LabException("--mapping: " + experiment.name() + " places no stages");
        }
        for (String part : without) {
            if (!experiment.parts().contains(part)) {
                throw new LabException("--without " + part + ": " + (experiment.parts().isEmpty()
                    ? "nothing can be left out of " + experiment.name()
                    : experiment.name() + " can leave out " + String.join(", ", new TreeSet<>(experiment.parts()))));
            }
        }
    }

    /** {@return of everything random} */
    public long seed() {
        return seed;
    }

    /**
     * {@return dice of their own for a purpose: what one rolls changes nothing for the others}
     *
     * @param purpose any number, another for every purpose
     */
    public SplittableRandom random(long purpose) {
        return new SplittableRandom(seed * 0x9e3779b97f4a7c15L ^ purpose);
    }

    /**
     * {@return the value of a parameter}
     *
     * @param key its name
     */
    public String text(String key) {
        return Optional.ofNullable(values.get(key)).orElseThrow(() -> new IllegalArgumentException("no parameter " + key));
    }

    /**
     * {@return the value of a whole number}
     *
     * @param key its name
     */
    public long whole(String key) {
        return Long.parseLong(text(key));
    }

    /**
     * {@return the value of a number}
     *
     * @param key its name
     */
    public double real(String key) {
        return Double.parseDouble(text(key));
    }

    /**
     * {@return what is set of a group, names without what they begin with}
     *
     * @param prefix with its dot
     */
    public Map<String, String> under(String prefix) {
        Map<String, String> part = new TreeMap<>();
        grouped.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                part.put(key.substring(prefix.length()), value);
            }
        });
        return part;
    }

    /** {@return the file that describes the machine, if one was given} */
    public Optional<MachineText> machine() {
        return machine;
    }

    /** {@return the file that places stages, if one was given} */
    public Optional<MachineText> mapping() {
        return mapping;
    }

    /**
     * {@return whether a part is left out}
     *
     * @param part its name
     */
    public boolean isWithout(String part) {
        return without.contains(part);
    }

    /**
     * Tells how far it is.
     *
     * @param part of the whole, 0 to 1
     * @param what is being done
     */
    public void progress(double part, String what) {
        progress.at(part, what);
    }
}
