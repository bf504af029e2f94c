package org.millrace.runtime.transport;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.runtime.config.Running;

/**
 * What a data path has loaded, at some time: for who prepares a swap beside it. Any thread may hold it.
 *
 * @param hardware   the backend
 * @param transports those in their places, then those that retire
 * @param places     number of places
 */
public record Loaded(HardwareBackend hardware, List<LoadedTransport<?>> transports, int places) {
    /** {@return what runs: without those that retire} */
    public Running running() {
        return new Running(hardware,
            transports.subList(0, places).stream().map(transport -> transport.host.choice()).toList());
    }

    /** {@return what there is code of, for those that retire too: the backend, factories, extensions; may be added to} */
    public List<Object> parts() {
        List<Object> parts = new ArrayList<>(List.of(hardware));
        for (LoadedTransport<?> transport : transports) {
            parts.add(transport.host.choice().factory());
            parts.addAll(transport.host.choice().extensions());
        }
        return parts;
    }
}
