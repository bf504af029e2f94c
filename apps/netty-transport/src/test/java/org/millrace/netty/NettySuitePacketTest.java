package org.millrace.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.millrace.testkit.Namespace;

/** {@link NettySuiteTest} over the packet port, where a namespace with a veth pair can be made. */
@Execution(ExecutionMode.CONCURRENT)
class NettySuitePacketTest {
    @Test
    void nettysOwnTestsPassOverThePacketPort() {
        assumeThat(Namespace.unavailable()).isEmpty();
        Namespace.Result result = Namespace.run(Duration.ofMinutes(15), PacketSuite.class);
        result.output().lines().filter(line -> line.startsWith("Netty's socket tests")).forEach(System.out::println);
        assertThat(result.exitCode()).as(result.output()).isZero();
    }
}
