package org.millrace.launcher;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.millrace.launcher.image.LaunchException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Data paths and the files that they come from. A file's name is the data path's for the framework, so no two files have
 * the same. Owned by: one thread at a time.
 */
final class DataPathFiles {
    private static final Logger LOG = LoggerFactory.getLogger(DataPathFiles.class);

    private final ComponentStates components;
    private final Map<String, Path> files = new HashMap<>();
    private final Map<String, Configuration> running = new HashMap<>();
    private final Set<Path> failed = new LinkedHashSet<>();
    private final Map<Path, String> problems = new ConcurrentSkipListMap<>();

    DataPathFiles(ComponentStates components) {
        this.components = components;
    }

    /** Starts a data path and returns when it and its applications are active. */
    void add(Path file, Configuration configuration) throws LaunchException {
        String name = configuration.name();
        Path other = files.putIfAbsent(name, file);
        if (other != null) {
            throw new LaunchException(LaunchException.BAD_CONFIGURATION, "a data path '" + name + "' is there already, from "
                + other + ": give the file another name");
        }
        try {
            components.start(configuration);
            running.put(name, configuration);
        } catch (LaunchException e) {
            files.remove(name);
            components.stop(configuration);
            throw e;
        }
    }

    /** {@return why files are not in force, a line each. Any thread} */
    Collection<String> problems() {
        return List.copyOf(problems.values());
    }

    /** Takes a file that is new or has changed, or says why not: what runs then runs on. */
    void put(Path file) {
        problems.remove(file);
        try {
            Configuration configuration = Configuration.read(file);
            if (file.equals(files.get(configuration.name()))) {
                change(configuration);
            } else {
                failed.add(file);
                add(file, configuration);
                failed.remove(file);
            }
        } catch (LaunchException e) {
            problems.put(file, file.getFileName() + ": " + e.getMessage());
            LOG.error("{}: {}", file, e.getMessage());
        }
    }

    private void change(Configuration configuration) throws LaunchException {
        Configuration before = running.put(configuration.name(), configuration);
        components.change(before, configuration);
    }

    /** Ends the data path of a file that is gone. */
    void remove(Path file) {
        failed.remove(file);
        problems.remove(file);
        String name = Configuration.name(file);
        if (!file.equals(files.get(name))) {
            return;
        }
        files.remove(name);
        try {
            components.stop(running.remove(name));
            LOG.info("{} is gone, its data path has ended", file);
        } catch (LaunchException e) {
            LOG.error("{} is gone: {}", file, e.getMessage());
        }
    }

    /** Tries again what could not start: bundles have come. */
    void retry() {
        List.copyOf(failed).forEach(this::put);
    }
}
