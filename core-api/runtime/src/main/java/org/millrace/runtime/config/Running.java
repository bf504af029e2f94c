package org.millrace.runtime.config;

import java.util.List;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;

/**
 * What runs.
 *
 * @param hardware   the backend
 * @param transports by position
 */
public record Running(HardwareBackend hardware, List<TransportChoice> transports) {
}
