package org.millrace.runtime.control;

import java.io.IOException;
import org.millrace.runtime.operate.OperationException;

/**
 * An operation of the control socket.
 *
 * @param changes whether it is for the owner and root only
 * @param action  does it
 */
record Command(boolean changes, Action action) {
    /** Does an operation and answers. */
    interface Action {
        void run(Request request, Answer answer) throws OperationException, IOException;
    }

    void run(Request request, Answer answer) throws OperationException, IOException {
        action.run(request, answer);
    }
}
