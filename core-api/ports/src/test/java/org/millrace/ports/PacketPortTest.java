package org.millrace.ports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.port.PortException;
import org.millrace.testkit.Namespace;

class PacketPortTest {
    /** Each is a method of {@link PacketPortScenarios}, run in a network namespace of its own. */
    @ParameterizedTest
    @ValueSource(strings = {"framesArriveUnchanged", "superFramesStayWhole", "payloadOfSuperFramesIsMovedOnce",
        "whatIsBehindTheLongestPacketIsLeftOut", "superFramesAreCutWhereTheLinkIsSmall",
        "kernelCompletesAndTrustsPartialChecksums", "tagsAreRestored", "fullRingIsCounted",
        "interfaceGoingDownWakesOnceAndDrops", "linkIsReportedAsItIs", "openingSaysWhatIsWrong",
        "takenInterfaceIsRefusedUntilItIsFree", "queuesShareWhatComesAsTheFilterSays"})
    void inNamespace(String scenario) {
        assumeTrue(Namespace.available(), () -> Namespace.unavailable().orElseThrow());
        Namespace.Result result = Namespace.run(PacketPortScenarios.class, scenario);
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).contains("passed: " + scenario);
    }

    @Test
    void withoutPrivilegeTheErrorNamesTheCapabilityAndTheWaysOut() {
        assumeTrue(Namespace.available(), () -> Namespace.unavailable().orElseThrow());
        Namespace.Result result = Namespace.run(List.of("setpriv", "--bounding-set=-net_raw"),
                PacketPortScenarios.class, "openWithoutPrivilege");
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).contains("CAP_NET_RAW", "unshare -Urn", "memory port");
    }

    @Test
    void unknownInterfaceErrorListsTheInterfacesThereAre() {
        assertThatThrownBy(() -> new PacketPortFactory().open(Map.of("interface", "no-such-if")))
                .isInstanceOf(PortException.class).hasMessageContaining("'no-such-if'").hasMessageContaining("lo");
    }

    @Test
    void missingInterfaceIsNamed() {
        assertThatThrownBy(() -> new PacketPortFactory().open(Map.of()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("option interface is missing");
    }
}
