package org.millrace.execution;

import java.util.Arrays;
import java.util.Map;
import org.millrace.api.pipeline.OpenState;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.StateHandle;
import org.millrace.api.pipeline.ViewCursor;

/** The control plane's door to the tables of one pipeline. Owned by: the data-path thread. */
final class StateDoor implements OpenState {
    private final Map<String, StateTable> tables;
    private final StateTable[] ofFlows;
    private final StateTable[] ofContexts;
    private Execution<?> machine;
    private boolean isOpen;
    private boolean ofContext;
    private int index;
    private Handle<?>[] shown = new Handle<?>[0];
    private int shownCount;
    private int handles;

    private static final class Handle<S extends State> implements StateHandle<S> {
        private final StateDoor door;
        private final Stage<?, S> stage;
        private final StateTable table;
        private final S view;
        private boolean isShown;

        Handle(StateDoor door, Stage<?, S> stage, StateTable table) {
            this.door = door;
            this.stage = stage;
            this.table = table;
            view = stage.spec().state().get();
            ViewCursor.remove(view);
        }

        @Override
        public Stage<?, S> stage() {
            return stage;
        }
    }

    StateDoor(Map<String, StateTable> tables) {
        this.tables = tables;
        ofFlows = tables.values().stream().filter(StateTable::isKeyedByFlow).toArray(StateTable[]::new);
        ofContexts = tables.values().stream().filter(table -> table.key() == Key.CONTEXT).toArray(StateTable[]::new);
    }

    <S extends State> StateHandle<S> handle(Stage<?, S> stage) {
        StateTable table = tables.get(stage.spec().name());
        if (table == null || table.type() != stage.spec().state().get().getClass()) {
            throw new IllegalArgumentException("stage " + stage.spec().name() + " is not loaded with this state");
        }
        if (table.key() == Key.NONE) {
            throw new IllegalArgumentException("stage " + stage.spec().name() + " keeps nothing, it has no key");
        }
        shown = Arrays.copyOf(shown, ++handles);
        return new Handle<>(this, stage, table);
    }

    StateDoor open(Execution<?> ofMachine, Key key, int keyValue, int first, int keys) {
        boolean context = key == Key.CONTEXT;
        if (isOpen) {
            throw new IllegalStateException("the state of " + what() + " is open: close it before "
                + what(context, keyValue) + " is opened");
        }
        if (Integer.compareUnsigned(keyValue - first, keys) >= 0) {
            throw new IndexOutOfBoundsException(what(context, keyValue) + ", there are " + keys);
        }
        ofMachine.opening(key, keyValue);
        machine = ofMachine;
        ofContext = context;
        index = keyValue;
        isOpen = true;
        return this;
    }

    private String what() {
        return what(ofContext, index);
    }

    private static String what(boolean context, int index) {
        return (context ? "context " : "flow ") + index;
    }

    /** Refuses what must not happen while it is open. */
    void checkClosed() {
        if (isOpen) {
            throw new IllegalStateException("an item is begun while the state of " + what() + " is open: close it first");
        }
    }

    private void checkOpen() {
        if (!isOpen) {
            throw new IllegalStateException("no state is open, that of " + what() + " is closed again");
        }
    }

    @Override
    public <S extends State> S state(StateHandle<S> handle) {
        checkOpen();
        if (!(handle instanceof Handle<S> known) || known.door != this) {
            throw new IllegalArgumentException("the handle of stage " + handle.stage().spec().name()
                + " is of another load of a program");
        }
        if (ofContext == known.table.isKeyedByFlow()) {
            throw new IllegalArgumentException("stage " + known.stage.spec().name() + " keeps its state by "
                + known.table.key() + ", what is open is that of " + what());
        }
        if (!known.isShown) {
            known.table.place(known.view, index);
            known.isShown = true;
            shown[shownCount++] = known;
        }
        return known.view;
    }

    @Override
    public void clear() {
        checkOpen();
        for (StateTable table : ofContext ? ofContexts : ofFlows) {
            table.clear(index);
        }
        machine.cleared(ofContext ? Key.CONTEXT : Key.FLOW, index);
    }

    @Override
    public void close() {
        if (isOpen) {
            while (shownCount > 0) {
                Handle<?> handle = shown[--shownCount];
                handle.isShown = false;
                ViewCursor.remove(handle.view);
            }
            isOpen = false;
            machine.closed(ofContext ? Key.CONTEXT : Key.FLOW, index);
        }
    }
}
