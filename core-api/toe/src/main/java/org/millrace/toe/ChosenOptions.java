package org.millrace.toe;

import java.util.OptionalInt;
import org.millrace.api.context.StreamOption;
import org.millrace.memory.Descriptor;

/** What an application has chosen for a stream or a listener, and what of it the data path has not been told. */
final class ChosenOptions {
    private static final StreamOption[] ALL = StreamOption.values();

    private final int[] values = new int[ALL.length];
    private int chosen;
    private int untold;

    void choose(StreamOption option, int value) {
        option.check(value);
        values[option.ordinal()] = value;
        chosen |= bit(option);
        untold |= bit(option);
    }

    OptionalInt get(StreamOption option) {
        return (chosen & bit(option)) != 0 ? OptionalInt.of(values[option.ordinal()]) : OptionalInt.empty();
    }

    /** Takes all that a listener has. */
    void inherit(ChosenOptions listeners) {
        System.arraycopy(listeners.values, 0, values, 0, values.length);
        chosen = listeners.chosen;
        untold = chosen;
    }

    /** {@return what CONNECT and LISTEN say of the code point, which is told by that} */
    int tellDscp() {
        untold &= ~bit(StreamOption.DSCP);
        return get(StreamOption.DSCP).orElse(-1) + 1;
    }

    /** Tells what is untold of a connection. Answers whether all is told. */
    boolean flush(RequestQueue requests, int connection) {
        while (untold != 0) {
            StreamOption option = ALL[Integer.numberOfTrailingZeros(untold)];
            long slot = requests.claim(Descriptor.OPTION, connection);
            if (slot == RequestQueue.FULL) {
                return false;
            }
            requests.code(slot, option.code(), values[option.ordinal()]);
            untold &= untold - 1;
        }
        return true;
    }

    private static int bit(StreamOption option) {
        return 1 << option.ordinal();
    }
}
