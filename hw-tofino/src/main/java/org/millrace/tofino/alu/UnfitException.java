package org.millrace.tofino.alu;

/** An expression is no operation of the ALU. The message is the operation. */
final class UnfitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String limit;

    UnfitException(String operation, String limit) {
        super(operation, null, false, false);
        this.limit = limit;
    }

    String limit() {
        return limit;
    }
}
