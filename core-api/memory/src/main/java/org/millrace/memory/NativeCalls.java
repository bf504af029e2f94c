package org.millrace.memory;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * What every group of system calls needs: handles, errno, strings.
 *
 * <p>Pointers are passed as {@code long}: a segment of a shared arena as argument costs two atomic operations a call.
 *
 * <p>Owned by: one thread, because errno is captured in memory of the instance.
 */
@SuppressWarnings("restricted")
abstract class NativeCalls {
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private static final MemoryLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final long ERRNO = CAPTURED.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    /** Where a call leaves errno; the first argument of every handle made with {@link #handle}. */
    final MemorySegment captured;
    final NativeConstants constants;

    NativeCalls() {
        constants = NativeConstants.current();
        captured = Arena.ofAuto().allocate(CAPTURED);
    }

    /** {@return a handle of a call that captures errno} */
    static MethodHandle handle(String name, MemoryLayout result, MemoryLayout... arguments) {
        return link(name, result, arguments, Linker.Option.captureCallState("errno"));
    }

    /** {@return a handle of a call with variable arguments from index {@code first} on, which captures errno} */
    static MethodHandle variadic(int first, String name, MemoryLayout result, MemoryLayout... arguments) {
        return link(name, result, arguments, Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(first));
    }

    /** {@return a handle of a call whose errno nobody reads: any thread may use it} */
    static MethodHandle plain(String name, MemoryLayout result, MemoryLayout... arguments) {
        return link(name, result, arguments);
    }

    static MethodHandle link(String name, MemoryLayout result, MemoryLayout[] arguments, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments),
                options);
    }

    /** {@return the result of a call, or the negative errno if it is negative} */
    final long result(long returned) {
        return returned >= 0 ? returned : -captured.get(INT, ERRNO);
    }

    /** {@return the result of a call, or the negative errno if it is negative} */
    final int result(int returned) {
        return returned >= 0 ? returned : -captured.get(INT, ERRNO);
    }

    /**
     * {@return {@code result} unless it is a negative errno}
     *
     * @param result what a call of this class returned
     * @param call   name for the exception
     * @throws NativeException if it is a negative errno
     */
    public static long check(long result, String call) {
        if (result < 0) {
            throw new NativeException(call, (int) -result, text((int) -result));
        }
        return result;
    }

    /**
     * {@return the system's text for an error number}
     *
     * @param errno positive error number
     */
    public static String text(int errno) {
        try {
            MemorySegment text = (MemorySegment) Text.STRERROR.invokeExact(errno);
            return text.getString(0, StandardCharsets.UTF_8);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** {@return what to throw when a handle throws, which only a mistake in its use can cause} */
    static AssertionError unexpected(Throwable thrown) {
        return new AssertionError("a native call threw", thrown);
    }

    private static final class Text {
        private static final AddressLayout STRING = ValueLayout.ADDRESS.withTargetLayout(
                MemoryLayout.sequenceLayout(1024, ValueLayout.JAVA_BYTE));
        static final MethodHandle STRERROR = plain("strerror", STRING, INT);
    }
}
