package org.millrace.runtime.tenant;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import org.millrace.api.context.SelectorBell;

/**
 * Wakes an application of this process that sleeps in a selector: one byte a sleep. {@link #ring} and {@link #end} by
 * data-path threads, the rest by the application.
 */
final class WakePipe implements SelectorBell {
    private final Pipe pipe;
    private final ByteBuffer one = ByteBuffer.allocateDirect(1);

    WakePipe() throws IOException {
        pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        pipe.sink().configureBlocking(false); // an application that does not read must not stop the data path
    }

    SelectableChannel source() {
        return pipe.source();
    }

    @Override
    public synchronized void ring() {
        if (pipe.sink().isOpen()) {
            try {
                pipe.sink().write(one.clear());
            } catch (IOException e) {
                end(); // the application has closed its end: nobody is left to wake
            }
        }
    }

    @Override
    public void end() {
        close(pipe.sink());
    }

    /** The application sleeps no more. */
    void closeSource() {
        close(pipe.source());
    }

    private static void close(Channel end) {
        try {
            end.close();
        } catch (IOException e) {
            // close(2) has let go of the descriptor all the same
        }
    }
}
