package org.millrace.bluefield;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.millrace.execution.Step;

/**
 * The class written for a workflow. All loads of the same stages share it, and with it what the compiler has made of it:
 * a program that is loaded beside a warm one is warm.
 *
 * <p>DESIGN NOTES. Only chains hold it, so that it goes with the last load, and the bundle of its stages can go too: the
 * list of what there is holds nothing.
 */
final class ChainClass {
    private static final List<WeakReference<ChainClass>> THERE = new ArrayList<>();

    private final List<Link> links;
    private final MethodHandle constructor;

    private ChainClass(List<Link> links) {
        this.links = links;
        try {
            MethodHandles.Lookup written = MethodHandles.lookup()
                .defineHiddenClassWithClassData(ChainWriter.write(links.size()), links, true);
            constructor = written.findConstructor(written.lookupClass(),
                MethodType.methodType(void.class, Step[].class, ChainClass.class));
        } catch (IllegalAccessException | NoSuchMethodException e) {
            throw new IllegalStateException("the stages cannot be joined", e);
        }
    }

    /** {@return the steps as one method; any thread} */
    static Chain chain(List<? extends Step<?, ?>> steps) {
        ChainClass shared = of(steps.stream().map(Link::of).toList());
        try {
            return (Chain) shared.constructor.invoke(steps.toArray(Step<?, ?>[]::new), shared);
        } catch (Throwable e) {
            throw new IllegalStateException("the stages cannot be joined", e);
        }
    }

    private static synchronized ChainClass of(List<Link> links) {
        THERE.removeIf(reference -> reference.get() == null);
        for (WeakReference<ChainClass> reference : THERE) {
            ChainClass there = reference.get();
            if (there != null && there.links.equals(links)) {
                return there;
            }
        }
        ChainClass fresh = new ChainClass(links);
        THERE.add(new WeakReference<>(fresh));
        return fresh;
    }
}
