package org.millrace.extension.firewall;

import jakarta.annotation.Priority;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.millrace.api.pipeline.*;
import org.osgi.service.component.annotations.*;

/**
 * Drops what denied peers send before anything else sees it. Configured by {@code org.millrace.firewall}:
 * {@code deny=203.0.113.0/24,198.51.100.7}, up to four prefixes.
 */
@Component(configurationPid = "org.millrace.firewall", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Priority(10)
public final class Firewall implements StageExtension {
    private final Filter filter;

    /** Masked comparisons with constants, which any hardware can do. No peer matches a prefix of which net is not in mask. */
    record Filter(int mask0, int net0, int mask1, int net1, int mask2, int net2, int mask3, int net3)
            implements Stage<SegmentMeta, State.None> {
        @Override
        public StageSpec<State.None> spec() { return StageSpec.stateless("firewall", List.of()); }

        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            int peer = meta.peerAddress();
            boolean denied = (peer & mask0) == net0 || (peer & mask1) == net1 || (peer & mask2) == net2
                || (peer & mask3) == net3;
            return denied ? Verdict.drop(DropReason.FILTERED.code()) : Verdict.NEXT;
        }
    }

    @Activate
    public Firewall(Map<String, ?> configuration) {
        String[] denied = String.valueOf(configuration.get("deny")).split(",");
        if (denied.length > 4) {
            throw new IllegalArgumentException("deny names " + denied.length + " prefixes, allowed are 4");
        }
        int[] m = {0, -1, 0, -1, 0, -1, 0, -1};
        for (int i = 0; i < denied.length; i++) {
            String[] prefix = denied[i].strip().split("/");
            m[2 * i] = prefix.length == 1 ? -1 : (int) (-1L << 32 - Objects.checkIndex(Integer.parseInt(prefix[1]), 33));
            m[2 * i + 1] = ByteBuffer.wrap(InetAddress.ofLiteral(prefix[0]).getAddress()).getInt() & m[2 * i];
        }
        filter = new Filter(m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7]);
    }

    @Override
    public String name() { return "firewall"; }

    @Override
    public StagePoint point() { return StagePoint.first(Workflow.RX); }

    @Override
    public Stage<SegmentMeta, ?> stage() { return filter; }
}
