package org.millrace.code.fuse;

import java.lang.ref.WeakReference;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The class written for a workflow. All loads whose code is the same share it, and with it what the compiler has made of it:
 * a program that is loaded beside a warm one is warm.
 *
 * <p>DESIGN NOTES. Only what is loaded holds it, so that it goes with the last load, and the bundle of its stages can go too:
 * the list of what there is holds nothing.
 */
final class FusedClass {
    private static final List<WeakReference<Loader>> THERE = new ArrayList<>();

    private FusedClass() {
    }

    /** Sees the API, and of all other classes those that the code names. */
    static final class Loader extends ClassLoader {
        private final Map<String, Class<?>> named;
        private byte[] bytes;
        private Constructor<?> constructor;

        Loader(Map<String, Class<?>> named) {
            super(Fused.class.getClassLoader());
            this.named = Map.copyOf(named);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            Class<?> known = named.get(name);
            return known != null ? known : super.loadClass(name, resolve);
        }

        private void define(byte[] code) {
            bytes = code;
            constructor = defineClass(null, code, 0, code.length).getDeclaredConstructors()[0];
        }
    }

    /** {@return the constructor of a class of this code, which others may have already} */
    static synchronized Constructor<?> of(byte[] bytes, Loader loader) {
        THERE.removeIf(reference -> reference.get() == null);
        for (WeakReference<Loader> reference : THERE) {
            Loader there = reference.get();
            if (there != null && there.named.equals(loader.named) && Arrays.equals(there.bytes, bytes)) {
                return there.constructor;
            }
        }
        loader.define(bytes);
        THERE.add(new WeakReference<>(loader));
        return loader.constructor;
    }
}
