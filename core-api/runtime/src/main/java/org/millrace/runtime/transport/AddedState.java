package org.millrace.runtime.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.State;
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

    private record Entry<S extends State>(StateTables tables, Stage<?, S> stage, S view, Layout layout, Key key,
                                          int first, int end) {
        static <S extends State> Entry<S> of(StateTables tables, Stage<?, S> stage, Capacity capacity) {
            S view = stage.spec().state().get();
            Key key = stage.spec().key();
            int first = key == Key.CONTEXT ? 0 : 1;
            int keys = key == Key.NONE ? 0 : key == Key.CONTEXT ? capacity.contexts() : capacity.flows();
            return new Entry<>(tables, stage, view, Layout.of(view.getClass()), key, first, first + keys);
        }

        void at(int index) {
            tables.seek(stage, view, index);
        }

        boolean isLike(Entry<?> other) {
            return stage.spec().name().equals(other.stage.spec().name()) && key == other.key && end == other.end
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
                entries.add(Entry.of(tables, extension.stage(), capacity));
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
            from.at(key);
            to.at(key);
            ViewCursor.copy(from.view, to.view, from.layout.words());
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
            for (int key = entry.first; key < entry.end; key++) {
                entry.at(key);
                ViewCursor.copy(entry.view, words, entry.layout.words());
                for (Layout.Field field : entry.layout.fields()) {
                    counters.merge(entry.stage.spec().name() + "." + field.name(), words.field(field), Long::sum);
                }
            }
        }
    }

    /** {@return the records of its trace points, or null if it has none} */
    TraceRing ring() {
        return ring;
    }
}
