package org.millrace.agilio;

import java.util.Map;
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

    /** What has been counted so far counts no more. */
    public void restart() {
        pipeline.restart();
    }

    /** {@return how busy everything has been since the last {@link #restart}} */
    public Utilisation utilisation() {
        return pipeline.utilisation();
    }
}
