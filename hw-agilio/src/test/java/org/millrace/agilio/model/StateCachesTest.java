package org.millrace.agilio.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping.Cache;

/** One protocol FPC of one group, whose flows have their turns in a circle: none is in local memory still when it comes again. */
class StateCachesTest {
    private static final Machine MACHINE = Machine.nfp4000();
    private static final int ENTRIES = MACHINE.state().clsEntries();

    private final StateCaches caches;
    private final StateCaches.Cam cam;

    StateCachesTest() {
        caches = new StateCaches(MACHINE, 1, new FlowGroups(2 * ENTRIES, 1));
        cam = caches.cam();
    }

    /** Answers for how many cycles the FPC has polled. */
    private int round(int flows) {
        int busy = 0;
        for (int flow = 1; flow <= flows; flow++) {
            Charge charge = new Charge();
            caches.find(flow, Cache.CAM_CLS, cam, charge);
            busy += charge.busyCycles() - MACHINE.cam().cycles();
        }
        return busy;
    }

    @Test
    void asManyFlowsAsEntriesAreAllInClsAndNobodyPolls() {
        round(ENTRIES);
        caches.restart();
        assertThat(round(ENTRIES)).isZero();
        assertThat(caches.clsHits()).isEqualTo(ENTRIES);
    }

    @Test
    void flowsThatShareAnEntrySwapItWheneverOneLeavesLocalMemory() {
        int sharing = 88;
        round(ENTRIES + sharing);
        round(ENTRIES + sharing);
        caches.restart();
        assertThat(round(ENTRIES + sharing)).isEqualTo(2 * sharing * MACHINE.state().clsCycles());
        assertThat(caches.clsHits()).isEqualTo(ENTRIES - sharing);
        assertThat(caches.ememHits() + caches.dramReads()).isEqualTo(2 * sharing);
    }

    @Test
    void whatASwapBringsIsPassedOnToEmemUnlessItIsWhatWasLookedFor() {
        for (int i = 0; i < 3; i++) {
            round(2 * ENTRIES);
        }
        Charge passedOn = new Charge();
        caches.find(1, Cache.CAM_CLS, cam, passedOn);
        assertThat(passedOn.instructions()).isEqualTo(MACHINE.state().missInstructions() + MACHINE.state().swapInstructions());
        Charge lookedFor = new Charge();
        int victim = 2 * ENTRIES - MACHINE.cam().entries() + 2;
        caches.find(victim - ENTRIES, Cache.CAM_CLS, cam, lookedFor);
        assertThat(lookedFor.instructions()).isEqualTo(MACHINE.state().missInstructions());
    }

    @Test
    void aFlowThatClsHasMayHaveToWaitForTheOneThatMakesRoom() {
        for (int i = 0; i < 3; i++) {
            round(2 * ENTRIES);
        }
        Charge charge = new Charge();
        int last = 2 * ENTRIES;
        int inCls = last - MACHINE.cam().entries();
        caches.restart();
        caches.find(inCls, Cache.CAM_CLS, cam, charge);
        assertThat(caches.clsHits()).isEqualTo(1);
        assertThat(charge.busyCycles()).isEqualTo(MACHINE.cam().cycles() + MACHINE.state().clsCycles());
    }
}
