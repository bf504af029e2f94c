package org.millrace.runtime.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.LimitException;
import org.millrace.testkit.Eventually;
import org.millrace.toe.Attach;
import org.millrace.toe.Attach.AttachException;
import org.millrace.toe.Attach.Reason;

/** What one user asks for in excess is refused at once, by name, and hurts nobody. */
@Timeout(100)
class AttachLimitsTest {
    private static final ContextSize LARGEST = new ContextSize(65_536, 16 << 20, 16 << 20, 65_536);

    @TempDir
    Path temporary;

    private TwoHosts start(Map<String, String> more) {
        return new TwoHosts(temporary.resolve("one"), more);
    }

    private ContextGrant attach(ContextSize size) throws AttachException {
        return Attach.context(temporary.resolve("one").toString(), size);
    }

    private static void refused(ThrowingCallable attach, String key) {
        assertThatThrownBy(attach).isInstanceOf(AttachException.class).hasMessageContaining(key)
            .extracting("reason").isEqualTo(Reason.LIMIT);
    }

    private static long refusals(TwoHosts hosts, String key) {
        return hosts.runtime.figures().refusals().getOrDefault(key, 0L);
    }

    @Test
    void largestContextsAreRefusedAtOnceAndASmallOneIsServed() throws IOException {
        List<ContextGrant> held = new ArrayList<>();
        try (TwoHosts hosts = start(Map.of("limits.user.reserved-bytes", String.valueOf(4L << 40)))) {
            held.add(attach(LARGEST));
            for (int i = 0; i < 64; i++) {
                refused(() -> attach(LARGEST), "limits.user.reserved-bytes");
            }
            assertThat(refusals(hosts, "limits.user.reserved-bytes")).isEqualTo(64);
            attach(Application.SIZE).close();
            held.getFirst().close();
            awaitContexts(hosts, 0);
            attach(LARGEST).close();
        }
    }

    @Test
    void userMayHaveSoManyContextsAndConnections() throws IOException {
        try (TwoHosts hosts = start(Map.of("limits.user.contexts", "2", "limits.user.connections", "3000"));
             ContextGrant second = hosts.runtime.open(Application.SIZE)) {
            ContextGrant first = attach(Application.SIZE);
            refused(() -> attach(Application.SIZE), "limits.user.contexts");
            assertThatThrownBy(() -> hosts.runtime.open(Application.SIZE)).isInstanceOf(LimitException.class)
                .extracting("key").isEqualTo("limits.user.contexts");
            assertThat(refusals(hosts, "limits.user.contexts")).isEqualTo(2);
            first.close();
            awaitContexts(hosts, 1);
            refused(() -> attach(new ContextSize(4000, 4096, 4096, 64)), "limits.user.connections");
            assertThat(second.isOpen()).isTrue();
        }
    }

    @Test
    void whoTouchesTooMuchLosesItsContext() throws IOException {
        try (TwoHosts hosts = start(Map.of("limits.user.touched-bytes", String.valueOf(8 << 20)));
             ContextGrant modest = attach(Application.SIZE);
             ContextGrant greedy = attach(new ContextSize(64, 1 << 20, 1 << 20, 64))) {
            greedy.region().asSlice(greedy.region().byteSize() - (16 << 20)).fill((byte) 1);
            Eventually.holds(() -> !greedy.isOpen(), () -> "not turned out");
            assertThat(modest.isOpen()).isTrue();
            awaitContexts(hosts, 1);
            assertThat(greedy.region().get(ValueLayout.JAVA_BYTE, greedy.region().byteSize() - 1))
                .as("its pages are the system's again").isZero();
            assertThat(refusals(hosts, "limits.user.touched-bytes")).isPositive();
            assertThat(hosts.runtime.figures().contextsClosedForCause()).isEqualTo(1);
        }
    }

    private static void awaitContexts(TwoHosts hosts, int count) {
        Eventually.holds(() -> hosts.runtime.vitals().limits().stream().filter(limit -> limit.key().equals("contexts"))
            .allMatch(limit -> limit.taken() == count), () -> "not " + count + " contexts: " + hosts.runtime.vitals().limits());
    }
}
