package org.millrace.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.View;
import org.millrace.api.pipeline.ViewCursor;

/** Words under one view, with guard words around them, that knows which bits belong to declared fields. */
final class ViewMemory {
    private static final int GUARD_WORDS = 16;
    private static final int GUARD = 0xdead_beef;

    private final Layout layout;
    private final int words;
    private final int[] memory;
    private int[] before = {};

    ViewMemory(Layout layout) {
        this.layout = layout;
        words = layout.words();
        memory = new int[words + 2 * GUARD_WORDS];
        for (int i = 0; i < GUARD_WORDS; i++) {
            memory[i] = GUARD;
            memory[memory.length - 1 - i] = GUARD;
        }
    }

    void place(View view) {
        ViewCursor.move(view, memory, GUARD_WORDS);
    }

    void clear() {
        Arrays.fill(memory, GUARD_WORDS, GUARD_WORDS + words, 0);
    }

    void remember() {
        before = memory.clone();
    }

    /** {@return what has been written since {@link #remember()} that no declared field covers; empty if nothing} */
    List<String> strayWrites() {
        List<String> strays = new ArrayList<>();
        for (int i = 0; i < memory.length; i++) {
            int stray = (memory[i] ^ before[i]) & ~declared(i - GUARD_WORDS);
            if (stray != 0) {
                strays.add(String.format("byte offset %d: %08x became %08x, no field declares these bits",
                    (i - GUARD_WORDS) * 4, before[i], memory[i]));
            }
        }
        return strays;
    }

    private int declared(int word) {
        int mask = 0;
        for (Layout.Field field : layout.fields()) {
            if (field.offset() >> 2 <= word && word < field.end() + 3 >> 2) {
                int ones = field.bits() == 32 ? -1 : (1 << field.bits()) - 1;
                mask |= ones << ((field.offset() & 3) << 3);
            }
        }
        return mask;
    }

    /** {@return one field's value, by its place in the layout} */
    private int value(Layout.Field field) {
        int ones = field.bits() == 32 ? -1 : (1 << field.bits()) - 1;
        return memory[GUARD_WORDS + (field.offset() >> 2)] >>> ((field.offset() & 3) << 3) & ones;
    }

    void copyTo(ViewMemory other) {
        System.arraycopy(memory, GUARD_WORDS, other.memory, GUARD_WORDS, words);
    }

    /** Copies one field; false if there is none of this name. */
    boolean copyField(String name, ViewMemory other) {
        for (Layout.Field field : layout.fields()) {
            if (field.name().equals(name)) {
                int ones = field.bits() == 32 ? -1 : (1 << field.bits()) - 1;
                int mask = ones << ((field.offset() & 3) << 3);
                int i = GUARD_WORDS + (field.offset() >> 2);
                other.memory[i] = other.memory[i] & ~mask | memory[i] & mask;
                return true;
            }
        }
        return false;
    }

    /** {@return the fields that are not 0: {@code flow=5 sequence=1000}} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Layout.Field field : layout.fields()) {
            if (value(field) != 0) {
                text.append(text.isEmpty() ? "" : " ").append(field.name()).append('=')
                    .append(Integer.toUnsignedString(value(field)));
            }
        }
        return text.isEmpty() ? "all 0" : text.toString();
    }
}
