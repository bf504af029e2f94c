package org.millrace.nio;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;

/**
 * Finds the JDK's own provider behind the one that the system property names. No public call leads there; a class of
 * java.base may ask for it, and JNI's DefineClass may add one. Why so: docs/decisions/015-selector-provider.md.
 */
final class KernelProvider {
    private static final String HOST_CLASS = "java.nio.channels.spi.KernelSelectorProvider";
    private static final String PROPERTY = "java.nio.channels.spi.SelectorProvider";

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final AddressLayout ADDRESS = ValueLayout.ADDRESS;
    private static final int JNI_VERSION_1_8 = 0x00010008;
    /** Indices into the tables of functions, JNI specification, chapters 4 and 5. */
    private static final int GET_ENV = 6;
    private static final int DEFINE_CLASS = 5;

    private KernelProvider() {
    }

    /**
     * {@return the JDK's own provider}
     *
     * @throws IllegalStateException if this JVM does not let it be found
     */
    static SelectorProvider find() {
        if (!MillraceSelectorProvider.class.getName().equals(System.getProperty(PROPERTY))) {
            return SelectorProvider.provider(); // ours was made by hand
        }
        try {
            return (SelectorProvider) host().getMethod("get").invoke(null);
        } catch (ReflectiveOperationException | LinkageError | UnsupportedOperationException e) {
            throw new IllegalStateException("the JDK's own SelectorProvider is not to be found in "
                + System.getProperty("java.vm.version") + ": run on a HotSpot JDK 25, with --enable-native-access", e);
        }
    }

    private static synchronized Class<?> host() throws ClassNotFoundException {
        try {
            return Class.forName(HOST_CLASS, true, null);
        } catch (ClassNotFoundException first) {
            define(hostClass());
            return Class.forName(HOST_CLASS, true, null);
        }
    }

    /** {@return {@code public static SelectorProvider get() { return sun.nio.ch.DefaultSelectorProvider.get(); }}} */
    private static byte[] hostClass() {
        MethodTypeDesc type = MethodTypeDesc.of(ClassDesc.of("java.nio.channels.spi.SelectorProvider"));
        MethodTypeDesc inner = MethodTypeDesc.of(ClassDesc.of("sun.nio.ch.SelectorProviderImpl"));
        return ClassFile.of().build(ClassDesc.of(HOST_CLASS), host -> host
            .withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL | ClassFile.ACC_SYNTHETIC)
            .withMethodBody("get", type, ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC, code -> code
                .invokestatic(ClassDesc.of("sun.nio.ch.DefaultSelectorProvider"), "get", inner)
                .areturn()));
    }

    /** Defines a class of the boot loader. The reference that JNI answers with is not used: nothing keeps it valid. */
    @SuppressWarnings("restricted")
    private static void define(byte[] bytes) {
        Linker linker = Linker.nativeLinker();
        try (Arena arena = Arena.ofConfined()) {
            Path library = Path.of(System.getProperty("java.home"), "lib", "server", "libjvm.so");
            MemorySegment created = SymbolLookup.libraryLookup(library, arena).findOrThrow("JNI_GetCreatedJavaVMs");
            MemorySegment cell = arena.allocate(ADDRESS);
            MethodHandle createdVms = linker.downcallHandle(created, FunctionDescriptor.of(INT, ADDRESS, INT, ADDRESS));
            check((int) createdVms.invokeExact(cell, 1, arena.allocate(INT)));
            MemorySegment vm = cell.get(ADDRESS, 0);
            MethodHandle getEnv = linker.downcallHandle(function(vm, GET_ENV), FunctionDescriptor.of(INT, ADDRESS, ADDRESS, INT));
            check((int) getEnv.invokeExact(vm, cell, JNI_VERSION_1_8));
            MemorySegment env = cell.get(ADDRESS, 0);
            MethodHandle defineClass = linker.downcallHandle(function(env, DEFINE_CLASS),
                FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, INT));
            MemorySegment name = arena.allocateFrom(HOST_CLASS.replace('.', '/'));
            MemorySegment file = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            MemorySegment unused = (MemorySegment) defineClass.invokeExact(env, name, MemorySegment.NULL, file, bytes.length);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new LinkageError("JNI call failed", e);
        }
    }

    /** {@return an entry of the table that is an object's first word} */
    @SuppressWarnings("restricted")
    private static MemorySegment function(MemorySegment object, int index) {
        MemorySegment table = object.reinterpret(ADDRESS.byteSize()).get(ADDRESS, 0);
        return table.reinterpret((index + 1) * ADDRESS.byteSize()).getAtIndex(ADDRESS, index);
    }

    private static void check(int result) {
        if (result != 0) {
            throw new LinkageError("JNI answers " + result);
        }
    }
}
