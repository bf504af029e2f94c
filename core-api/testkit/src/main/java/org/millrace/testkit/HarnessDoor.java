package org.millrace.testkit;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.pipeline.OpenState;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.StateHandle;
import org.millrace.api.pipeline.ViewCursor;

/** The door to a harness's state: notes who is opened, and refuses what a threaded machine could not serialise. */
final class HarnessDoor implements OpenState {
    private final ProgramHarness<?> harness;
    private final List<String> opened = new ArrayList<>();
    private final List<State> shown = new ArrayList<>();
    private Key kind;
    private int index;
    private boolean isOpen;

    private record Handle<S extends State>(Stage<?, S> stage, S view) implements StateHandle<S> {
    }

    HarnessDoor(ProgramHarness<?> harness) {
        this.harness = harness;
    }

    <S extends State> StateHandle<S> handle(Stage<?, S> stage) {
        return new Handle<>(stage, stage.spec().state().get());
    }

    HarnessDoor open(Key key, int keyValue) {
        checkClosed();
        kind = key;
        index = keyValue;
        isOpen = true;
        opened.add(key + " " + keyValue);
        return this;
    }

    List<String> opened() {
        return opened;
    }

    void checkClosed() {
        if (isOpen) {
            throw new IllegalStateException("the state of " + kind + " " + index + " is open: close it first");
        }
    }

    private void checkOpen() {
        if (!isOpen) {
            throw new IllegalStateException("no state is open");
        }
    }

    @Override
    public <S extends State> S state(StateHandle<S> handle) {
        checkOpen();
        Handle<S> known = (Handle<S>) handle;
        if ((known.stage.spec().key() == Key.CONTEXT) != (kind == Key.CONTEXT)) {
            throw new IllegalArgumentException("stage " + known.stage.spec().name() + " keeps its state by "
                + known.stage.spec().key() + ", what is open is that of " + kind + " " + index);
        }
        harness.memory(known.stage, known.view, index).place(known.view);
        shown.add(known.view);
        return known.view;
    }

    @Override
    public void clear() {
        checkOpen();
        harness.memories(kind, index).forEach(ViewMemory::clear);
    }

    @Override
    public void close() {
        shown.forEach(ViewCursor::remove);
        shown.clear();
        isOpen = false;
    }
}
