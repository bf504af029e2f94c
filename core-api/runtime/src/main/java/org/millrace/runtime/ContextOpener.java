package org.millrace.runtime;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.context.ContextBudget;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Linux;
import org.millrace.memory.SharedMemory;
import org.millrace.runtime.tenant.AppContext;
import org.millrace.runtime.tenant.ConnectionSlots;
import org.millrace.runtime.tenant.Grant;

/** Opens applications' contexts in an instance, within what users may have. Any thread. */
final class ContextOpener {
    private final String name;
    private final Shards shards;
    private final ContextBudget budget;
    private final boolean attach;

    /**
     * Makes it for an instance.
     *
     * @param attach whether other processes can be handed what is opened
     */
    ContextOpener(String name, Shards shards, ContextBudget budget, boolean attach) {
        this.name = name;
        this.shards = shards;
        this.budget = budget;
        this.attach = attach;
    }

    private record Opened(AppContext context, List<String> transports) {
    }

    /**
     * {@return a context in each shard, for an application}
     *
     * @param size  how large each is
     * @param owner whose it is
     * @param user  id of the user whose limits it counts towards
     * @throws org.millrace.api.context.LimitException if a limit is reached
     * @throws IllegalStateException                   if the instance no longer runs
     */
    ContextGrant open(ContextSize size, Object owner, int user) {
        List<Grant> grants = new ArrayList<>();
        try {
            for (Shard shard : shards.all()) {
                grants.add(open(shard, size, owner, user));
            }
        } catch (RuntimeException | Error e) {
            grants.forEach(Grant::close);
            throw e;
        }
        return Grant.of(grants);
    }

    private Grant open(Shard shard, ContextSize size, Object owner, int user) {
        ContextBudget.Lease lease = shard == shards.first() ? budget.take(user, size.connections(), ContextLayout.bytes(size))
            : budget.takeFurther(user, size.connections(), ContextLayout.bytes(size));
        SharedMemory memory = null;
        int doorbell = -1;
        Opened opened = null;
        try {
            memory = lease.holds(shard.path().memory(size));
            doorbell = attach ? shard.thread().tenantBell() : -1;
            opened = opened(shard, size, memory, owner);
        } finally {
            if (opened == null) {
                if (memory == null) {
                    lease.close();
                } else {
                    memory.close();
                }
                if (doorbell >= 0) {
                    Linux.close(doorbell);
                }
            }
        }
        AppContext context = opened.context;
        lease.onExcess(() -> shard.thread().call(nowNs -> {
            context.violation("its user's contexts, or all together, have touched more memory than limits.user.touched-bytes "
                + "or limits.touched-bytes allows, and this one most");
            return null;
        }));
        return new Grant(name, opened.transports, context, shard.thread()::ring, doorbell, () -> leave(shard, context));
    }

    /** The tables of a large context are made here, and not while the data path waits. */
    private Opened opened(Shard shard, ContextSize size, SharedMemory memory, Object owner) {
        ConnectionSlots slots = new ConnectionSlots(size.connections());
        Opened opened = shard.thread().await(nowNs -> {
            AppContext context = shard.path().open(size, slots, memory, owner, nowNs);
            return context == null ? null : new Opened(context, shard.path().transports().names());
        });
        if (opened == null) {
            throw new IllegalStateException("no context is left in " + name + ": contexts is " + shard.path().capacity().contexts());
        }
        return opened;
    }

    /** The data path goes on with what was written; the memory goes when neither side uses it any more. */
    private static void leave(Shard shard, AppContext context) {
        shard.thread().tell(nowNs -> {
            shard.path().leave(context, nowNs);
            return null;
        });
        context.letGo(Runnable::run);
    }
}
