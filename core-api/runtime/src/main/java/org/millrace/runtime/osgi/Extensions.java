package org.millrace.runtime.osgi;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.runtime.Instance;
import org.millrace.runtime.swap.SwapException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps in force what bundles offer: of each name the newest version, put in the place of the one before in one step. What
 * is refused leaves what ran in force, and the instance degraded; so does a stage that has thrown. Any thread.
 */
final class Extensions {
    private static final Logger LOG = LoggerFactory.getLogger(Extensions.class);

    private final List<StageExtension> offered = new ArrayList<>();
    private Instance instance;

    /** From now on into this instance. */
    synchronized void start(Instance started) {
        instance = started;
        settle();
    }

    /** A stage is offered. */
    synchronized void add(StageExtension extension) {
        offered.add(extension);
        settle();
    }

    /** A stage's bundle goes: when this returns, no thread runs its code. */
    synchronized void remove(StageExtension extension) {
        offered.remove(extension);
        settle();
        if (instance != null && instance.ended() == null) {
            try {
                instance.remove(extension); // what was to replace it may be refused
            } catch (SwapException | IllegalStateException e) {
                LOG.warn("{} keeps extension {}: {}", instance.name(), extension.name(), e.getMessage());
            }
        }
    }

    /** {@return whether a bundle's stage is in force only because the one that is to replace it is not} */
    synchronized boolean needs(long bundle) {
        return instance != null && instance.extensions().stream().anyMatch(extension ->
            Installation.isFrom(extension, bundle) && newest(extension.name()) != extension);
    }

    private void settle() {
        if (instance == null || instance.ended() != null) {
            return;
        }
        Set<String> names = new TreeSet<>();
        offered.forEach(extension -> names.add(extension.name()));
        instance.extensions().forEach(extension -> names.add(extension.name()));
        names.forEach(this::settle);
    }

    private void settle(String name) {
        StageExtension running = instance.extensions().stream().filter(extension -> extension.name().equals(name))
            .findFirst().orElse(null);
        StageExtension wanted = newest(name);
        String what = "extension " + name;
        if (wanted == null && running == null) {
            instance.restore(what);
        }
        if (wanted == running || wanted != null && instance.hasFailed(wanted)) {
            return;
        }
        try {
            instance.exchange(running, wanted);
            instance.restore(what);
        } catch (SwapException | IllegalStateException e) {
            String why = instance.name() + " goes on without " + what + " " + version(wanted) + ": " + e.getMessage()
                + (running == null ? "" : "; " + version(running) + " stays in force");
            instance.degrade(what, why);
            LOG.warn("{}", why);
        }
    }

    private static String version(StageExtension extension) {
        return extension == null ? "any" : Installation.version(extension).toString();
    }

    private StageExtension newest(String name) {
        return offered.stream().filter(extension -> extension.name().equals(name))
            .max(Comparator.comparing(Installation::version)).orElse(null);
    }
}
