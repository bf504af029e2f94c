package org.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TenantBellTest {
    private final Linux linux = new Linux();
    private final MemorySegment memory = Arena.ofAuto().allocate(8, 8);

    @Test
    void ringsOfTenantsAndOfTheOwnerAreHeardOnce() {
        try (TenantBell bell = new TenantBell(); Doorbell tenant = new Doorbell(bell.tenant())) {
            Poller poller = new Poller(bell.descriptor());
            assertThat(poller.poll(0)).isZero();
            tenant.ring();
            bell.signal();
            assertThat(poller.poll(0)).isEqualTo(1);
            assertThat(bell.drain()).isTrue();
            assertThat(bell.drain()).isFalse();
            assertThat(poller.poll(0)).isZero();
        }
    }

    @Test
    void tenantCanFillItButNeitherReadNorBlock() {
        try (TenantBell bell = new TenantBell()) {
            int tenant = bell.tenant();
            assertThat(linux.read(tenant, memory.address(), 8)).isNegative();
            int rings = 0;
            while (linux.write(tenant, memory.address(), 8) == 8) {
                rings++;
            }
            assertThat(rings).isEqualTo((1 << 16) / 8);
            bell.signal();
            assertThat(bell.drain()).isTrue();
            assertThat(bell.drain()).isFalse();
            Linux.close(tenant);
        }
    }
}
