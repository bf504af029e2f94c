package org.millrace.api.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ContextSizeTest {
    @Test
    void messagesNameTheValueAndWhatIsAllowed() {
        assertThatThrownBy(() -> new ContextSize(0, 4096, 4096, 64))
            .hasMessage("connections is 0, allowed is 1 to 65536");
        assertThatThrownBy(() -> new ContextSize(1, 5000, 4096, 64))
            .hasMessage("receiveBytes is 5000, allowed is a power of two");
        assertThatThrownBy(() -> new ContextSize(1, 4096, 2048, 64))
            .hasMessage("transmitBytes is 2048, allowed is 4096 to 16777216");
        assertThatThrownBy(() -> new ContextSize(1, 4096, 4096, 1 << 17))
            .hasMessage("ringSlots is 131072, allowed is 64 to 65536");
    }

    @Test
    void boundsAreAllowed() {
        assertThat(new ContextSize(1, 4096, 4096, 64).connections()).isEqualTo(1);
        assertThat(new ContextSize(65536, 16 << 20, 16 << 20, 65536).ringSlots()).isEqualTo(65536);
    }

    @Test
    void statusOfItsCodeIsItself() {
        for (Status status : Status.values()) {
            assertThat(Status.of(status.code())).isEqualTo(status);
        }
    }

    @Test
    void statusOfALaterVersionIsAborted() {
        assertThat(Status.of(-1)).isEqualTo(Status.ABORTED);
        assertThat(Status.of(1000)).isEqualTo(Status.ABORTED);
    }
}
