package org.millrace.tcp.control.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListenerTableTest {
    private final ListenerTable table = new ListenerTable();
    private final List<Listener> listeners = new ArrayList<>();

    private void listen(int contexts) {
        for (int context = 0; context < contexts; context++) {
            listeners.add(table.add(1, 80, context, 0, 10, false, 0));
        }
    }

    @Test
    void equalsComeInTurn() {
        listen(3);
        for (int i = 0; i < 7; i++) {
            assertThat(table.leastLoaded(1, 80, listener -> true, listener -> 4)).isSameAs(listeners.get(i % 3));
        }
    }

    @Test
    void whoDoesNotFitIsPassedOverHoweverLittleItHasToDo() {
        listen(3);
        assertThat(table.leastLoaded(1, 80, listener -> listener.context != 1, listener -> listener.context == 1 ? 0 : 9 - listener.context))
            .isSameAs(listeners.get(2));
        assertThat(table.leastLoaded(1, 80, listener -> false, listener -> 0)).isNull();
        assertThat(table.leastLoaded(1, 81, listener -> true, listener -> 0)).isNull();
    }

    @Test
    void noMoreThanSixteenAreCompared() {
        listen(40);
        int[] asked = new int[1];
        Listener found = table.leastLoaded(1, 80, listener -> true, listener -> {
            asked[0]++;
            return 40 - listener.context;
        });
        assertThat(asked[0]).isEqualTo(16);
        assertThat(found).isSameAs(listeners.get(15));
        assertThat(table.leastLoaded(1, 80, listener -> true, listener -> 40 - listener.context)).as("it goes on from there")
            .isSameAs(listeners.get(31));
    }
}
