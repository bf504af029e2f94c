package org.millrace.cli.testbed;

/** A request that cannot be done; the message is one line and says why. */
final class TestbedException extends Exception {
    private static final long serialVersionUID = 1L;

    TestbedException(String message) {
        super(message);
    }
}
