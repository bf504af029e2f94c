package org.millrace.runtime.path;

import java.util.List;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.runtime.frame.CuttingPort;
import org.millrace.runtime.transport.LoadedTransport;

/**
 * What {@link DataPath#commit} puts in place.
 *
 * @param hardware the backend
 * @param cutting  what cuts the port's super-frames for it, or null
 * @param moves    transports and who takes their places
 * @param newOnly  whether established connections stay with the old ones
 */
public record Replacement(HardwareBackend hardware, CuttingPort cutting, List<Move> moves, boolean newOnly) {
    /**
     * A transport and who takes its place.
     *
     * @param old   runs
     * @param fresh loaded
     */
    public record Move(LoadedTransport<?> old, LoadedTransport<?> fresh) {
    }
}
