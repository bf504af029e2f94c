package org.millrace.memory;

import java.util.Locale;

/**
 * What differs between the Linux architectures, one table each. Everything else that Millrace uses is the same on all
 * that follow the kernel's {@code asm-generic} headers and stands beside the calls, in {@link Linux} and
 * {@link Sockets}. Structures are the 64-bit little-endian ones. That each of them is so on both is compared with the
 * headers: {@code native-constants.c} in the tests of distribution.
 *
 * @param architecture the kernel's name for it
 * @param futexCall    number of the system call {@code futex}
 * @param openNoFollow {@code O_NOFOLLOW} of open(2)
 */
public record NativeConstants(String architecture, int futexCall, int openNoFollow) {
    private static final NativeConstants X86_64 = new NativeConstants("x86-64", 202, 0x20000);
    private static final NativeConstants AARCH64 = new NativeConstants("aarch64", 98, 0x8000);

    /**
     * {@return the table of the machine this runs on}
     *
     * @throws UnsupportedOperationException if there is none
     */
    public static NativeConstants current() {
        return Current.TABLE == null ? select(system(), machine()) : Current.TABLE;
    }

    /**
     * {@return the table of a machine}
     *
     * @param system  operating system as in {@code os.name}
     * @param machine architecture as in {@code os.arch}
     * @throws UnsupportedOperationException if there is none
     */
    static NativeConstants select(String system, String machine) {
        if (system.toLowerCase(Locale.ROOT).equals("linux")) {
            switch (machine) {
                case "amd64", "x86_64" -> {
                    return X86_64;
                }
                case "aarch64" -> {
                    return AARCH64;
                }
                default -> {
                }
            }
        }
        throw new UnsupportedOperationException("Millrace has native constants for Linux on x86-64 and aarch64, not for "
                + system + " on " + machine);
    }

    private static String system() {
        return System.getProperty("os.name");
    }

    private static String machine() {
        return System.getProperty("os.arch");
    }

    /** Selects once; null where there is no table. */
    private static final class Current {
        static final NativeConstants TABLE = find();

        private static NativeConstants find() {
            try {
                return select(system(), machine());
            } catch (UnsupportedOperationException none) {
                return null;
            }
        }
    }
}
