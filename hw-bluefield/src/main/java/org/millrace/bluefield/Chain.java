package org.millrace.bluefield;

import java.lang.invoke.MethodHandles;
import java.util.List;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.code.chain.ChainClass;
import org.millrace.code.chain.ChainShape;
import org.millrace.execution.MirrorQueue;
import org.millrace.execution.Step;

/** All stages of one workflow of one program, as one method. Its class is written, and shared by all loads. */
abstract class Chain {
    private static final ChainShape SHAPE = new ChainShape(MethodHandles.lookup(), Chain.class, Link.class);

    /** This load's stages, tables and views; the class knows the rest as constants. */
    final Step<?, ?>[] steps;
    /** Where its class comes from, which others find as long as somebody has it. */
    private final ChainClass origin;

    Chain(Step<?, ?>[] steps, ChainClass origin) {
        this.steps = steps;
        this.origin = origin;
    }

    /** {@return the steps as one method; any thread} */
    static Chain of(List<? extends Step<?, ?>> steps) {
        return ChainClass.chain(SHAPE, Chain.class, steps.stream().map(Link::of).toList(), steps.toArray(Step<?, ?>[]::new));
    }

    /**
     * Runs the stages until one ends the item.
     *
     * @param meta    the item
     * @param mirrors where copies go
     * @param nowNs   the time
     * @return the last verdict, with {@link Verdict#DIGEST} if any stage asked for it
     */
    abstract long run(SegmentMeta meta, MirrorQueue<?> mirrors, long nowNs);

    /** Takes a copy if a stage's verdict asks for one. */
    static void mirror(long verdict, SegmentMeta meta, MirrorQueue<?> mirrors) {
        mirrors.mirror(verdict, meta, 0);
    }
}
