package org.millrace.benchmarks;

/** One side of an echo over one kind of network: an application in one thread, and what carries its bytes. */
interface EchoSide {
    /** Connections of a client, each with one request in flight. */
    int CONNECTIONS = 64;
    /** Bytes of a request, and of its answer. */
    int BYTES = 64;

    /** Begins to send requests; a server does nothing. */
    void start();

    /** Ends: every request is answered, none follows. */
    void stop();

    /** {@return answers received, or requests answered, ever} */
    long requests();

    /** {@return CPU time of the application's thread, ns} */
    long applicationCpuNs();

    /** {@return CPU time of the data path's thread, ns; 0 if the kernel is the data path} */
    long dataPathCpuNs();
}
