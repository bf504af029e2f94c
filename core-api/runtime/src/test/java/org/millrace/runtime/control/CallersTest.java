package org.millrace.runtime.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallersTest {
    @TempDir
    Path directory;

    private static UserPrincipal user(String id) throws IOException {
        return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(id);
    }

    @Test
    void ownerAndRootMayChange() throws IOException {
        Callers callers = new Callers(directory, Set.of());
        assertThat(callers.mayChange(Files.getOwner(directory))).isTrue();
        assertThat(callers.mayChange(user("0"))).isTrue();
        assertThat(callers.mayChange(user("54321"))).isFalse();
        assertThat(callers.mayLook(user("54321"))).isFalse();
    }

    @Test
    void userThatMayAttachMayLookAndNoMore() throws IOException {
        Callers callers = new Callers(directory, Set.of(54321));
        assertThat(callers.mayLook(user("54321"))).isTrue();
        assertThat(callers.mayChange(user("54321"))).isFalse();
        assertThat(callers.mayLook(user("54322"))).isFalse();
    }
}
