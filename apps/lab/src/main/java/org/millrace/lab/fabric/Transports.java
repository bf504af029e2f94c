package org.millrace.lab.fabric;

import org.millrace.sim.TrafficManager;
import org.millrace.sim.fabric.Fabric;
import org.millrace.sim.fabric.FabricConfig;
import org.millrace.sim.host.HomaHost;
import org.millrace.sim.host.HomaProfile;
import org.millrace.sim.host.Messages;
import org.millrace.sim.host.WindowHost;
import org.millrace.sim.host.WindowProfile;

/** The transports that experiments compare, each with the switches it is meant for. */
enum Transports {
    /** Priorities; packets take ways of their own. */
    HOMA {
        @Override
        FabricConfig config(FabricConfig base) {
            return base;
        }

        @Override
        Fabric.HostMaker maker(HomaProfile profile, Messages messages) {
            return HomaHost.maker(profile, messages);
        }
    },
    /** NewReno: one queue a port, flows keep their way. */
    TCP {
        @Override
        FabricConfig config(FabricConfig base) {
            return base.limits(oneQueue(base)).spraying(false);
        }

        @Override
        Fabric.HostMaker maker(HomaProfile profile, Messages messages) {
            return WindowHost.maker(WindowProfile.newReno(), messages);
        }
    },
    /** DCTCP: marks from 65 packets on (SIGCOMM 2010, §3.4: 10 Gbit/s). */
    DCTCP {
        @Override
        FabricConfig config(FabricConfig base) {
            return base.limits(oneQueue(base).marking(65 * 1_538)).spraying(false);
        }

        @Override
        Fabric.HostMaker maker(HomaProfile profile, Messages messages) {
            return WindowHost.maker(WindowProfile.dctcp(), messages);
        }
    };

    /** Shared by all queues of a switch, dynamic threshold with α = 1, as in the TLT simulator. */
    static final long BUFFER_BYTES = 4_500_000;

    private static TrafficManager.Limits oneQueue(FabricConfig base) {
        return TrafficManager.Limits.shared(1, Math.min(base.limits().bufferUnits(), BUFFER_BYTES), 1);
    }

    @Override
    public String toString() {
        return this == HOMA ? "Homa" : name();
    }

    abstract FabricConfig config(FabricConfig base);

    abstract Fabric.HostMaker maker(HomaProfile profile, Messages messages);
}
