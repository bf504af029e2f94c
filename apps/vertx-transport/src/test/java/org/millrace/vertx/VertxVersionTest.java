package org.millrace.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VertxVersionTest {
    @Test
    void jarSaysWhatItIs() {
        assertThat(VertxVersion.found()).matches("5\\.[0-9]+\\.[0-9]+");
        VertxVersion.check(VertxVersion.found());
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.0.12", "5.1.5", "5.2.3", "5.2.4-SNAPSHOT", ""})
    void triedVersionsPass(String version) {
        assertThatCode(() -> VertxVersion.check(version)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.5.22", "5.0.11", "5.0", "5.3.0", "5.10.1", "6.0.0"})
    void othersAreRefusedInWords(String version) {
        assertThatThrownBy(() -> VertxVersion.check(version)).isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("Vert.x " + version).hasMessageContaining("5.1 and 5.2");
    }
}
