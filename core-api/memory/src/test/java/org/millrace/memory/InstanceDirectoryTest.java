package org.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceDirectoryTest {
    @Test
    void userOfANamespaceIsWhoHeIsOutside() {
        assertThat(InstanceDirectory.outside(List.of("         0       1000          1"), 0)).isEqualTo(1000);
        assertThat(InstanceDirectory.outside(List.of("0 1000 1", "1 100000 65536"), 33)).isEqualTo(100_032);
        assertThat(InstanceDirectory.outside(List.of("0 0 4294967295"), 1000)).isEqualTo(1000);
    }

    @Test
    void userThatIsNotMappedIsHimself() {
        assertThat(InstanceDirectory.outside(List.of("0 1000 1"), 65_534)).isEqualTo(65_534);
        assertThat(InstanceDirectory.outside(List.of(), 7)).isEqualTo(7);
    }

    /** As the README's first steps do; the machine's root may have a directory under the id that is root's here, too. */
    @Test
    void rootOfANamespaceHasTheDirectoryOfWhoMadeIt() throws Exception {
        List<String> java = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), Shown.class.getName());
        String outside = output(java);
        ProcessBuilder probe = new ProcessBuilder("unshare", "-Ur", "true");
        assumeTrue(probe.start().waitFor() == 0, "no user namespaces here");
        List<String> inside = new ArrayList<>(List.of("unshare", "-Ur"));
        inside.addAll(java);
        assertThat(output(inside)).isEqualTo(outside).startsWith("/tmp/millrace-");
    }

    @Test
    void instanceForItsUserOnlyLeavesTheWayToOneThatIsShared(@TempDir Path temporary) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), Made.class.getName());
        builder.environment().put("XDG_RUNTIME_DIR", temporary.toString());
        assertThat(output(builder)).isEqualTo("rwx------ rwx--x--x");
    }

    private static String output(List<String> command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().remove("XDG_RUNTIME_DIR");
        return output(builder);
    }

    private static String output(ProcessBuilder builder) throws Exception {
        return new String(builder.start().getInputStream().readAllBytes()).strip();
    }

    /** Makes one's directory, another's that others may attach to, and the first again; says the mode of what both are in. */
    static final class Made {
        private Made() {
        }

        public static void main(String[] arguments) throws IOException {
            List<String> modes = new ArrayList<>();
            for (boolean shared : new boolean[] {false, true}) {
                InstanceDirectory.ofNew("shared").create(shared);
                InstanceDirectory own = InstanceDirectory.ofNew("own");
                own.create(false);
                modes.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(own.path().getParent())));
            }
            System.out.println(String.join(" ", modes));
        }
    }

    /** Says where an instance would be. */
    static final class Shown {
        private Shown() {
        }

        public static void main(String[] arguments) {
            System.out.println(InstanceDirectory.ofNew("main").path());
        }
    }
}
