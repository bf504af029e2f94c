package org.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NamespaceTest {
    /** Prints the interfaces of a namespace that has a veth pair, and fails if told so. */
    static final class Child {
        public static void main(String[] arguments) {
            Namespace.execute("ip link add left type veth peer name right", "ip link set left up");
            System.out.println(Namespace.execute("ip -br link"));
            if (arguments.length > 0) {
                throw new IllegalStateException(arguments[0]);
            }
        }
    }

    @BeforeEach
    void needsNamespaces() {
        assumeTrue(Namespace.available(), () -> Namespace.unavailable().orElseThrow());
    }

    @Test
    void mainRunsWhereItMayMakeInterfaces() {
        Namespace.Result result = Namespace.run(Child.class);
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).contains("left@right", "right@left").doesNotContain("eth0");
    }

    @Test
    void failureInMainIsReported() {
        Namespace.Result result = Namespace.run(Child.class, "on purpose");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.output()).contains("on purpose");
    }

    @Test
    void failedCommandSaysWhatItPrinted() {
        assertThatThrownBy(() -> Namespace.execute("ip link show no-such-if"))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("does not exist");
    }
}
