package org.millrace.agilio;

import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A machine that runs, looked at. Owned by: the thread that runs it. */
public final class MachineView {
    private final AgilioPipeline<?> pipeline;

    MachineView(AgilioPipeline<?> pipeline) {
        this.pipeline = pipeline;
    }

    /** {@return mean operations of an execution, by stage, workflow and kind, as the cost table's keys are} */
    public Map<String, Double> operations() {
        return pipeline.operations();
    }

    /**
     * Writes the next visits of items at places as events of a Chrome trace: JSON objects, each with a comma behind.
     *
     * @param visits how many at most
     * @param to     is given each
     */
    public void trace(int visits, Consumer<String> to) {
        pipeline.trace(new ChromeTrace(visits, pipeline.clockMhz(), to));
    }

    /**
     * Says when the MAC has no buffer for a segment: meanwhile none is scheduled.
     *
     * @param isFull asked before each
     */
    public void holdWhile(BooleanSupplier isFull) {
        pipeline.holdWhile(isFull);
    }

    /** {@return whether it has room for received segments: half of its items, for the others are for what they bring about} */
    public boolean hasRoom() {
        return pipeline.hasRoom();
    }

    /** What has been counted so far counts no more. */
    public void restart() {
        pipeline.restart();
    }

    /** {@return how busy everything has been since the last {@link #restart}} */
    public Utilisation utilisation() {
        return pipeline.utilisation();
    }
}
