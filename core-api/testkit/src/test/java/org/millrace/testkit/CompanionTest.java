package org.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CompanionTest {
    /** Starts another, says its number and waits to be killed. */
    static final class Starter {
        public static void main(String[] arguments) throws Exception {
            Process other = new ProcessBuilder(Namespace.java(Waiter.class)).start();
            other.getInputStream().read();
            System.out.println(other.pid());
            other.waitFor();
        }
    }

    static final class Waiter {
        public static void main(String[] arguments) throws Exception {
            System.out.println("here");
            Thread.currentThread().join(); // itself: for ever
        }
    }

    static final class Thrower {
        public static void main(String[] arguments) {
            throw new IllegalStateException("thrown by " + arguments[0]);
        }
    }

    @Test
    void itEndsWithWhoHasStartedItAlsoIfThatIsKilled() throws Exception {
        Process starter = new ProcessBuilder(Namespace.java(Starter.class)).start();
        ProcessHandle other = ProcessHandle.of(Long.parseLong(starter.inputReader().readLine())).orElseThrow();
        starter.destroyForcibly().waitFor();
        Eventually.holds(() -> !other.isAlive(), other::info);
    }

    @Test
    void whatMainThrowsEndsIt() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Namespace.java(Thrower.class, "main")).start();
        try (InputStream errors = process.getErrorStream()) {
            assertThat(new String(errors.readAllBytes())).contains("IllegalStateException: thrown by main").doesNotContain("InvocationTarget");
        }
        assertThat(process.waitFor()).isEqualTo(1);
    }
}
