package org.millrace.runtime.osgi;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.runtime.Instance;
import org.millrace.runtime.swap.SwapException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Inserts the stages that bundles offer into an instance, and takes them out when their bundles go. Any thread. */
final class Extensions {
    private static final Logger LOG = LoggerFactory.getLogger(Extensions.class);

    private final List<StageExtension> offered = new ArrayList<>();
    private Instance instance;

    /** From now on into this instance. */
    synchronized void start(Instance started) {
        instance = started;
        offered.forEach(this::insert);
    }

    /** A stage is offered: whatever runs goes on with it, or as it was if it is refused. */
    synchronized void add(StageExtension extension) {
        offered.add(extension);
        if (instance != null) {
            insert(extension);
        }
    }

    /** A stage's bundle goes: when this returns, no thread runs its code. */
    synchronized void remove(StageExtension extension) {
        offered.remove(extension);
        if (instance != null && instance.ended() == null) {
            try {
                instance.remove(extension);
            } catch (SwapException | IllegalStateException e) {
                LOG.warn("{} keeps extension {}: {}", instance.name(), extension.name(), e.getMessage());
            }
        }
    }

    private void insert(StageExtension extension) {
        try {
            instance.insert(extension);
        } catch (SwapException | IllegalStateException e) {
            LOG.warn("{} goes on without extension {}: {}", instance.name(), extension.name(), e.getMessage());
        }
    }
}
