package org.millrace.runtime.operate;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Supplier;

/** Makes an instance's figures readable from outside. Any thread. */
public interface MetricsService {
    /**
     * Begins to answer, before the instance runs: an address that is taken stops its start.
     *
     * @param instance   its name
     * @param address    where; port 0: any that is free
     * @param operations asks it; null as long as it does not run
     * @return ends it; does not throw
     * @throws IOException if the address cannot be listened on
     */
    AutoCloseable open(String instance, InetSocketAddress address, Supplier<Operations> operations) throws IOException;
}
