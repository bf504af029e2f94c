package org.millrace.code.count;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.State;

/**
 * A stage that counts what it does: operations of a register machine, by basic blocks as they are executed. What externs do is
 * not counted.
 *
 * <p>DESIGN NOTES. The stage's methods are copied into a hidden class of its nest, one a load, so that two loads do not count
 * for each other; the stage itself stays as it is, and its fields are read. What cannot be copied runs as it is and counts
 * by its length.
 *
 * <p>Owned by: the thread that runs the stage.
 */
public final class CountedStage {
    private static final MethodType PROCESS =
        MethodType.methodType(long.class, Stage.class, SegmentMeta.class, State.class, long.class);

    private final Stage<?, ?> stage;
    private final MethodHandle process;
    private final MethodHandle take;
    private final int size;

    private CountedStage(Stage<?, ?> stage, MethodHandle process, MethodHandle take, int size) {
        this.stage = stage;
        this.process = process;
        this.take = take;
        this.size = size;
    }

    /**
     * {@return a stage that counts}
     *
     * @param stage what it is a copy of
     */
    public static CountedStage of(Stage<?, ?> stage) {
        CountingWriter writer = new CountingWriter(stage);
        byte[] written = writer.write();
        if (written == null) {
            return new CountedStage(stage, null, null, 0);
        }
        try {
            MethodHandles.Lookup counting =
                StageLookup.in(stage.getClass()).defineHiddenClass(written, true, MethodHandles.Lookup.ClassOption.NESTMATE);
            Class<?> type = counting.lookupClass();
            MethodHandle process = null;
            for (var method : type.getDeclaredMethods()) {
                if (method.getName().equals(CountingWriter.PROCESS)) {
                    process = counting.unreflect(method).asType(PROCESS);
                }
            }
            return new CountedStage(stage, process,
                counting.findStatic(type, CountingWriter.TAKE, MethodType.methodType(int.class)),
                writer.size());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("stage " + stage.spec().name() + " cannot be copied to be counted", e);
        }
    }

    /** {@return whether it counts; a stage that is a lambda, or calls what cannot be reached, does not} */
    public boolean counts() {
        return process != null;
    }

    /**
     * Processes an item, as the stage does.
     *
     * @param meta  the item
     * @param state the stage's state
     * @param nowNs the time
     * @return the stage's verdict
     */
    @SuppressWarnings({"unchecked", "rawtypes"}) // of the stage that this is a copy of
    public long process(SegmentMeta meta, State state, long nowNs) {
        if (process == null) {
            return ((Stage) stage).process(meta, state, nowNs);
        }
        try {
            return (long) process.invokeExact((Stage<?, ?>) stage, meta, state, nowNs);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e); // a stage declares none
        }
    }

    /** {@return operations that stand in its code, however often they run; 0: it does not count} */
    public int size() {
        return size;
    }

    /** {@return operations since the last call} */
    public int operations() {
        if (take == null) {
            return 0;
        }
        try {
            return (int) take.invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException(e); // it adds up and does nothing else
        }
    }
}
