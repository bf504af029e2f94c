package org.millrace.runtime.operate;

import java.util.Collection;
import java.util.List;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.transport.TransportFactory;

/** What is there to choose from at the moment; bundles come and go. Any thread. */
public interface Installed {
    /** {@return the backends there are} */
    Collection<? extends HardwareBackend> hardware();

    /** {@return the transports there are} */
    Collection<? extends TransportFactory> transports();

    /** {@return why what was installed is not in force, a line each} */
    default Collection<String> notInForce() {
        return List.of();
    }

    /**
     * {@return a choice that stays as it is}
     *
     * @param hardware   the backends
     * @param transports the transports
     */
    static Installed of(Collection<? extends HardwareBackend> hardware,
                        Collection<? extends TransportFactory> transports) {
        List<HardwareBackend> backends = List.copyOf(hardware);
        List<TransportFactory> factories = List.copyOf(transports);
        return new Installed() {
            @Override
            public Collection<HardwareBackend> hardware() {
                return backends;
            }

            @Override
            public Collection<TransportFactory> transports() {
                return factories;
            }
        };
    }
}
