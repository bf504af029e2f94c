package org.millrace.tcp.control.connection;

import java.util.Map;
import java.util.TreeMap;

/** What the control plane counts over all connections. It is not handed over: who exchanges programs remembers what the old one has counted. Owned by: the data-path thread. */
public final class TcpCounters {
    public long fastRetransmits;
    public long timeouts;
    public long probes;
    public long tailProbes;
    public long retransmittedBytes;
    public long lingeringGivenUp;

    public void clear() {
        fastRetransmits = 0;
        timeouts = 0;
        probes = 0;
        tailProbes = 0;
        retransmittedBytes = 0;
        lingeringGivenUp = 0;
    }

    public Map<String, Long> byName() {
        Map<String, Long> all = new TreeMap<>();
        all.put("fast retransmits", fastRetransmits);
        all.put("retransmission timeouts", timeouts);
        all.put("window probes", probes);
        all.put("tail loss probes", tailProbes);
        all.put("retransmitted bytes", retransmittedBytes);
        all.put("lingering given up", lingeringGivenUp);
        return all;
    }
}
