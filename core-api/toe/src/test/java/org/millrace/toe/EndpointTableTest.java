package org.millrace.toe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.Status;

class EndpointTableTest {
    private static final int SLOTS = 8;
    private static final int ID = 1 << 16 | 3;
    private static final int REUSED = 2 << 16 | 3;

    private final Toe toe = Toe.open(new FakeDataPath());
    private final Map<Long, Requester> asked = new HashMap<>();
    private final EndpointTable table = new EndpointTable(toe.lane(0), asked, SLOTS);

    private StreamSocket stream(long opaque) {
        return new StreamSocket(toe, toe.lane(0), 0, opaque, null, null);
    }

    @Test
    void answeredEndpointIsNotFoundUnderItsNumberAnyMore() {
        StreamSocket stream = stream(1);
        asked.put(stream.opaque, stream);
        assertThat(table.asked(1)).isSameAs(stream);
        assertThat(table.answered(1)).isSameAs(stream);
        assertThat(table.asked(1)).isNull();
        assertThat(table.answered(1)).isNull();
    }

    @Test
    void connectionIsFoundByItsIdOnly() {
        StreamSocket stream = stream(1);
        assertThat(table.connect(stream, ID)).isTrue();
        assertThat(table.find(ID)).isSameAs(stream);
        assertThat(table.find(REUSED)).isNull();
        assertThat(table.find(ID + 1)).isNull();
        assertThat(table.find(1 << 16 | SLOTS)).isNull();
    }

    @Test
    void idThatCannotBeIsRefused() {
        table.connect(stream(1), ID);
        StreamSocket other = stream(2);
        assertThat(table.connect(other, 0)).isFalse();
        assertThat(table.connect(other, 1 << 16 | SLOTS)).isFalse();
        assertThat(table.connect(other, REUSED)).as("its slot is taken").isFalse();
        assertThat(other.connection()).isZero();
    }

    @Test
    void slotOfAForgottenConnectionIsFree() {
        StreamSocket stream = stream(1);
        table.connect(stream, ID);
        table.forget(stream);
        assertThat(table.find(ID)).isNull();
        assertThat(table.connect(stream(2), REUSED)).isTrue();
        table.forget(stream);
        assertThat(table.find(REUSED)).as("another's").isNotNull();
    }

    @Test
    void forgettingOneLeavesAnotherOfTheSameNumber() {
        StreamSocket stream = stream(0);
        asked.put(stream.opaque, stream);
        table.forget(stream(0));
        assertThat(table.asked(0)).isSameAs(stream);
        table.forget(stream);
        assertThat(table.asked(0)).isNull();
    }

    @Test
    void endOfTheContextIsEverybodys() {
        StreamSocket asking = stream(1);
        StreamSocket there = stream(2);
        StreamSocket forgotten = stream(3);
        asked.put(1L, asking);
        table.connect(there, ID);
        asked.put(3L, forgotten);
        table.forget(forgotten);
        table.failAll();
        assertThat(asking.status()).isEqualTo(Status.ABORTED);
        assertThat(there.status()).isEqualTo(Status.ABORTED);
        assertThat(forgotten.status()).isEqualTo(Status.OK);
    }
}
