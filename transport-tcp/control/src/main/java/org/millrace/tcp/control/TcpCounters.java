package org.millrace.tcp.control;

import java.util.Map;
import java.util.TreeMap;

/** What the control plane counts over all connections. Owned by: the data-path thread. */
final class TcpCounters {
    long fastRetransmits;
    long timeouts;
    long probes;
    long retransmittedBytes;

    Map<String, Long> byName() {
        Map<String, Long> all = new TreeMap<>();
        all.put("fast retransmits", fastRetransmits);
        all.put("retransmission timeouts", timeouts);
        all.put("window probes", probes);
        all.put("retransmitted bytes", retransmittedBytes);
        return all;
    }
}
