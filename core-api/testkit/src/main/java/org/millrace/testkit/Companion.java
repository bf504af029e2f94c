package org.millrace.testkit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;

/**
 * Runs another main class, for as long as the process lives that has started this one: a test that is killed closes nothing, and what it
 * had started would stay for ever.
 */
public final class Companion {
    private Companion() {
    }

    /**
     * Runs it.
     *
     * @param arguments name of a class with a static main method, and its arguments
     * @throws Throwable what it throws
     */
    public static void main(String[] arguments) throws Throwable {
        ProcessHandle.current().parent().ifPresent(starter -> starter.onExit().thenRun(() -> Runtime.getRuntime().halt(1)));
        Method main = Class.forName(arguments[0]).getDeclaredMethod("main", String[].class);
        main.setAccessible(true);
        try {
            main.invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
