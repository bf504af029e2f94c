package org.millrace.runtime.place;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.memory.InstanceDirectory;
import org.millrace.runtime.config.ConfigException;

@Timeout(60)
class CpuClaimsTest {
    @TempDir
    Path temporary;

    private InstanceDirectory directory() {
        return InstanceDirectory.of(temporary.resolve("cpus").toString());
    }

    private CpuClaims claim(String instance, Integer... cpus) {
        return CpuClaims.of(directory(), instance, List.of(cpus));
    }

    @Test
    void processorOfAnotherInstanceIsRefusedWithWhoseItIs() {
        CpuClaims first = claim("first", 2, 3);
        assertThatThrownBy(() -> claim("second", 3, 4)).isInstanceOf(ConfigException.class)
            .hasMessage("cores is '3-4', allowed is processors that no other instance stays on, but 3 is that of instance 'first' "
                + "(process " + ProcessHandle.current().pid() + ")");
        claim("second", 4, 5).close();
        assertThatThrownBy(() -> claim("second", 2)).as("what was refused has not let go of it").hasMessageContaining("'first'");
        first.close();
        claim("second", 2, 3).close();
    }

    @Test
    void processorOfAnotherProcessIsRefusedUntilThatEnds() throws IOException, InterruptedException {
        Process other = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED",
            "-cp", System.getProperty("java.class.path"), Holder.class.getName(), directory().path().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            assertThat(other.inputReader().readLine()).isEqualTo("claimed");
            assertThatThrownBy(() -> claim("second", 6, 7)).hasMessageEndingWith(
                "but 7 is that of instance 'other' (process " + other.pid() + ")");
        } finally {
            other.destroyForcibly().waitFor();
        }
        claim("second", 6, 7).close();
    }

    /** Another process that claims processor 7. */
    static final class Holder {
        private Holder() {
        }

        public static void main(String[] arguments) throws IOException {
            CpuClaims claims = CpuClaims.of(InstanceDirectory.of(arguments[0]), "other", List.of(7));
            System.out.println("claimed");
            System.in.read();
            claims.close();
        }
    }

    @Test
    void directoryThatCannotBeMadeKeepsNobodyFromStarting() throws IOException {
        Files.writeString(temporary.resolve("cpus"), "a file");
        claim("first", 2).close();
    }

    @Test
    void noProcessorsAreNoClaim() {
        claim("first").close();
        assertThat(directory().path()).doesNotExist();
    }
}
