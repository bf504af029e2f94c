package org.millrace.code.chain;

import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;

/**
 * What a backend's chains look like. All are classes of the backend's own, and may be package-private:
 *
 * <ul>
 * <li>{@code chain}, the superclass of what is written, with a field {@code steps}, an array; a constructor of that array and a
 * {@link ChainClass}; an abstract {@code long run(meta, …, long nowNs)}, where … is what else a pass needs; and
 * {@code static void mirror(long verdict, meta, …)};
 * <li>{@code link}, what a step is in every load of a program, with {@code long run(step, meta, long nowNs)}.
 * </ul>
 *
 * @param home  may make a class in the backend's package
 * @param chain the superclass
 * @param link  the link's class
 */
public record ChainShape(MethodHandles.Lookup home, Class<?> chain, Class<?> link) {
    private static final String RUN = "run";

    ClassDesc steps() {
        return desc(Arrays.stream(chain.getDeclaredFields()).filter(field -> field.getName().equals("steps")).findFirst()
            .orElseThrow(() -> new IllegalArgumentException(chain.getName() + " has no field named steps")).getType());
    }

    MethodTypeDesc run() {
        return type(chain, RUN);
    }

    MethodTypeDesc mirror() {
        return type(chain, "mirror");
    }

    MethodTypeDesc linkRun() {
        return type(link, RUN);
    }

    private static MethodTypeDesc type(Class<?> owner, String name) {
        return Arrays.stream(owner.getDeclaredMethods()).filter(method -> method.getName().equals(name)).findFirst()
            .map(method -> MethodTypeDesc.of(desc(method.getReturnType()),
                Arrays.stream(method.getParameterTypes()).map(ChainShape::desc).toList()))
            .orElseThrow(() -> new IllegalArgumentException(owner.getName() + " has no method named " + name));
    }

    static ClassDesc desc(Class<?> type) {
        return type.describeConstable().orElseThrow();
    }
}
