package org.millrace.lab.live;

import java.io.IOException;
import java.nio.ByteBuffer;

/** One end of a connection, as its application sees it: Linux's and Millrace's alike. Nothing blocks. */
interface Stream {
    /** {@return bytes read; 0: none now; negative: the peer has finished} */
    int read(ByteBuffer to) throws IOException;

    /** {@return bytes written; 0: no room now} */
    int write(ByteBuffer from) throws IOException;

    /** Nothing more is written. */
    void finish() throws IOException;

    /** Ends it in order. */
    void close();

    /** Ends it at once, with what is on its way. */
    void abort();
}
