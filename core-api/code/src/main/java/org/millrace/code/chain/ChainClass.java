package org.millrace.code.chain;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/**
 * The class written for a workflow. All loads of the same stages share it, and with it what the compiler has made of it:
 * a program that is loaded beside a warm one is warm.
 *
 * <p>DESIGN NOTES. Only chains hold it, so that it goes with the last load, and the bundle of its stages can go too: the
 * list of what there is holds nothing.
 */
public final class ChainClass {
    private static final List<WeakReference<ChainClass>> THERE = new ArrayList<>();

    private final Class<?> chain;
    private final List<?> links;
    private final MethodHandle constructor;

    private ChainClass(ChainShape shape, List<?> links) {
        chain = shape.chain();
        this.links = links;
        try {
            MethodHandles.Lookup written = shape.home()
                .defineHiddenClassWithClassData(ChainWriter.write(shape, links.size()), links, true);
            Class<?> steps = chain.getDeclaredField("steps").getType();
            constructor = written.findConstructor(written.lookupClass(),
                MethodType.methodType(void.class, steps, ChainClass.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the stages cannot be joined", e);
        }
    }

    /**
     * Joins steps. Any thread.
     *
     * @param shape of the backend's chains
     * @param type  the chain's class
     * @param links what the steps are in every load; equal links share a class
     * @param steps this load's, an array
     * @param <C>   the chain
     * @return the steps as one method
     */
    public static <C> C chain(ChainShape shape, Class<C> type, List<?> links, Object[] steps) {
        ChainClass shared = of(shape, List.copyOf(links));
        try {
            return type.cast(shared.constructor.invoke(steps, shared));
        } catch (Throwable e) {
            throw new IllegalStateException("the stages cannot be joined", e);
        }
    }

    private static synchronized ChainClass of(ChainShape shape, List<?> links) {
        THERE.removeIf(reference -> reference.get() == null);
        for (WeakReference<ChainClass> reference : THERE) {
            ChainClass there = reference.get();
            if (there != null && there.chain == shape.chain() && there.links.equals(links)) {
                return there;
            }
        }
        ChainClass fresh = new ChainClass(shape, links);
        THERE.add(new WeakReference<>(fresh));
        return fresh;
    }
}
