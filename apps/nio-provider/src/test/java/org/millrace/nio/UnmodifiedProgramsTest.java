package org.millrace.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.testkit.Namespace;

/** Programs that know nothing of Millrace, in processes of their own, each attached to an instance. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class UnmodifiedProgramsTest {
    private static final long LENGTH_BYTES = 100_000_000;

    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(classes = {JdkServer.class, JettyServer.class})
    void jdkClientAndServerExchange100MegabytesEachWay(Class<?> program) throws Exception {
        Path one = temporary.resolve("one");
        Path two = temporary.resolve("two");
        TwoHosts hosts = new TwoHosts(one, two);
        try (Child server = Child.overMillrace(one, program, TwoHosts.SERVER, "80")) {
            assertThat(server.line()).isEqualTo("listening");
            try (Child client = Child.overMillrace(two, JdkClient.class, TwoHosts.SERVER, "80", "" + LENGTH_BYTES)) {
                assertThat(said(client)).startsWith("GET " + Payload.hash(new Payload(LENGTH_BYTES, LENGTH_BYTES)) + " ");
                assertThat(said(client)).startsWith("POST " + Payload.hash(new Payload(LENGTH_BYTES, 1)) + " ");
            }
        } finally {
            hosts.close();
        }
    }

    @Test
    void kernelsCurlFetchesFromAServerAtTheWildcardAddress() {
        assumeTrue(Namespace.available(), () -> Namespace.unavailable().orElseThrow());
        List<String> flags = List.of("env", "JDK_JAVA_OPTIONS=" + String.join(" ", Child.RUNTIME_FLAGS));
        Namespace.Result result = Namespace.run(flags, KernelClientScenario.class, temporary.toString());
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).contains("passed");
    }

    private static String said(Child child) throws IOException {
        String line = child.line();
        System.out.println(line);
        return line;
    }
}
