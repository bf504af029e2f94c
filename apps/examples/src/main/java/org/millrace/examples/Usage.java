package org.millrace.examples;

/** What an example is to be started with. */
final class Usage {
    private Usage() {
    }

    /** Ends the process with a line that says what is wanted, if that is not what was given. */
    static void check(Class<?> example, String[] given, String... wanted) {
        if (given.length != wanted.length) {
            System.err.println("usage: " + example.getName() + " " + String.join(" ", wanted));
            System.exit(2);
        }
    }
}
