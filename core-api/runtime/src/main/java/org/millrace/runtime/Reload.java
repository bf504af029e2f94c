package org.millrace.runtime;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.millrace.net.RouteTable;
import org.millrace.runtime.config.ConfigChange;
import org.millrace.runtime.config.ConfigException;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.path.DataPath;
import org.millrace.runtime.place.Processors;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes an instance to changed configurations while it runs. Any thread; one change at a time. */
final class Reload {
    private static final Logger LOG = LoggerFactory.getLogger(Reload.class);
    private static final String CORES = "cores";

    private final Shards shards;
    private final Swaps swaps;
    private final Faults faults;
    private volatile InstanceConfig inForce;

    Reload(InstanceConfig config, Shards shards, Swaps swaps, Faults faults) {
        inForce = config;
        this.shards = shards;
        this.swaps = swaps;
        this.faults = faults;
    }

    /** {@return what the instance runs by} */
    InstanceConfig inForce() {
        return inForce;
    }

    /** As {@link Instance#apply}. */
    void apply(ConfigChange change, SwapRequest request) throws SwapException {
        InstanceConfig after = change.after();
        RouteTable routes = change.routes() ? routes(after) : null;
        Processors.ofMachine().check(after.placement());
        swaps.apply(request, after.hasWeights());
        swaps.rehearse(after.rehearsalNs());
        InstanceConfig before = inForce;
        inForce = after;
        Map<Shard, CompletableFuture<Boolean>> late = shards.tell((shard, nowNs) -> {
            if (routes != null) {
                shard.path().route(routes);
            }
            shard.path().weights(after.weights());
            shard.path().ttl(after.ttl());
            shard.thread().bounds(after.spinNs(), after.stopLingerNs());
        });
        if (!late.isEmpty()) {
            late.forEach(this::await);
            CompletableFuture.allOf(late.values().toArray(CompletableFuture[]::new))
                .thenRun(() -> Thread.ofVirtual().name("millrace-spread").start(this::spread));
        } else if (!before.placement().equals(after.placement()) || faults.has(CORES)) {
            spread();
        }
        if (!before.placement().equals(after.placement())) {
            warn(Processors.ofMachine().quota(after.placement()));
        }
    }

    private void warn(String what) {
        if (what != null) {
            LOG.warn("{}: {}", inForce.name(), what);
        }
    }

    /** Brings every shard to the thread that is to run it. */
    void spread() {
        String cores = inForce.placement().text();
        try {
            shards.spread(inForce.placement());
            faults.restore(CORES);
        } catch (IllegalStateException e) {
            faults.degrade(CORES, "cores is '" + cores + "', and not every shard has the thread that it is to have: " + e.getMessage());
        }
    }

    /** A shard hangs that is to take a change. */
    private void await(Shard shard, CompletableFuture<Boolean> taken) {
        String what = "configuration of shard " + shard.path().place().index();
        String why = shards.silence(shard.path().place().index()) + "; it takes the changed configuration before it does anything else";
        faults.degrade(what, why);
        LOG.warn("{}: {}", inForce.name(), why);
        taken.whenComplete((done, ended) -> faults.restore(what));
    }

    private RouteTable routes(InstanceConfig config) {
        DataPath path = shards.first().path();
        try {
            return path.checked(DataPathConfig.routes(config, path.portInfo().mtuBytes()));
        } catch (IllegalArgumentException e) {
            throw new ConfigException("routes", config.routes().toString(), e);
        }
    }
}
