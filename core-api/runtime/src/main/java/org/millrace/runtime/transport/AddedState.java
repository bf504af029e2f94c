package org.millrace.runtime.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.OpenState;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.StateHandle;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.runtime.extension.ExtendedProgram;
import org.millrace.runtime.trace.TraceRing;
import org.millrace.runtime.trace.TracedProgram;

/**
 * The state of extensions' stages in a loaded program: what a swap takes along, since no control plane knows it, and what
 * is shown of it. And the records of its trace points. Owned by: the data-path thread.
 */
public final class AddedState {
    private final List<Entry<?>> entries = new ArrayList<>();
    private final TraceRing ring;

    /** A view of any state, by the word. */
    private static final class Words extends State {
        long field(Layout.Field field) {
            return switch (field.bits()) {
                case 8 -> u8(field.offset());
                case 16 -> u16(field.offset());
                default -> Integer.toUnsignedLong(i32(field.offset()));
            };
        }
    }

    private record Entry<S extends State>(StateTables tables, StateHandle<S> handle, Layout layout, Key key, int first,
                                          int end) {
        static <S extends State> Entry<S> of(StateTables tables, Stage<?, S> stage, Capacity capacity) {
            Key key = stage.spec().key();
            int first = key == Key.CONTEXT ? 0 : 1;
            int keys = key == Key.CONTEXT ? capacity.contexts() : capacity.flows();
            return new Entry<>(tables, tables.handle(stage), Layout.of(stage.spec().state().get().getClass()), key, first,
                first + keys);
        }

        String name() {
            return handle.stage().spec().name();
        }

        OpenState open(int index) {
            return key == Key.CONTEXT ? tables.openContext(index) : tables.open(index);
        }

        boolean isLike(Entry<?> other) {
            return name().equals(other.name()) && key == other.key && end == other.end
                && layout.equals(other.layout);
        }
    }

    AddedState(Program<?> program, StateTables tables, Capacity capacity) {
        Program<?> extended = program;
        ring = program instanceof TracedProgram<?> traced ? traced.ring() : null;
        if (program instanceof TracedProgram<?> traced) {
            extended = traced.inner;
        }
        if (extended instanceof ExtendedProgram<?> known) {
            for (StageExtension extension : known.extensions()) {
                if (extension.stage().spec().key() != Key.NONE) {
                    entries.add(Entry.of(tables, extension.stage(), capacity));
                }
            }
        }
    }

    /** Takes along what stages of the same name and layout had come to. */
    public void takeOver(AddedState old) {
        for (Entry<?> entry : entries) {
            old.entries.stream().filter(entry::isLike).findFirst().ifPresent(from -> copy(from, entry));
        }
    }

    private static void copy(Entry<?> from, Entry<?> to) {
        for (int key = from.first; key < from.end; key++) {
            try (OpenState old = from.open(key); OpenState now = to.open(key)) {
                ViewCursor.copy(old.state(from.handle), now.state(to.handle), from.layout.words());
            }
        }
    }

    /** Adds the sums of state keyed by context: {@code stage.field}. */
    void count(Map<String, Long> counters) {
        Words words = new Words();
        for (Entry<?> entry : entries) {
            if (entry.key != Key.CONTEXT) {
                continue;
            }
            ViewCursor.move(words, new int[entry.layout.words()], 0);
            List<Layout.Field> fields = entry.layout.fields();
            long[] sums = new long[fields.size()];
            for (int key = entry.first; key < entry.end; key++) {
                try (OpenState open = entry.open(key)) {
                    ViewCursor.copy(open.state(entry.handle), words, entry.layout.words());
                }
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += words.field(fields.get(i));
                }
            }
            for (int i = 0; i < sums.length; i++) {
                counters.merge(entry.name() + "." + fields.get(i).name(), sums[i], Long::sum);
            }
        }
    }

    /** {@return the records of its trace points, or null if it has none} */
    TraceRing ring() {
        return ring;
    }
}
