package org.millrace.tcp.control.program;

/** What the control plane's timers and congestion policies look at. Counters wrap at 2^32. */
public final class TcpProgress {
    /** SND.UNA. */
    public int sndUna;
    /** SND.NXT. */
    public int sndNxt;
    /** Highest ever sent, exclusive. */
    public int sndMax;
    /** Bytes appended and not sent, from {@link #sndNxt} on. */
    public int sndReady;
    /** Peer's window from {@link #sndUna} on, bytes. */
    public int sndWindow;
    /** Whether some of what {@link TcpProgram#resend} asked for is still to be sent. */
    public boolean resending;
    /** RCV.NXT. */
    public int rcvNxt;
    /** Whether an acknowledgement is held back. */
    public boolean ackPending;
    /** Whether our FIN waits to be sent or acknowledged. */
    public boolean finOutstanding;
    /** Bytes acknowledged since the flow was installed. */
    public int ackedBytes;
    /** Those of them acknowledged by segments with ECE. */
    public int ecnBytes;
    /** Acknowledgements received since the flow was installed, data or not: signs of life. */
    public int segmentsReceived;
    /** Round-trip samples taken since the flow was installed. */
    public int rttSamples;
    /** Their sum, microseconds: what several replicas of a stage can add up. */
    public int rttSumUs;

    /** Payload bytes sent again since the flow was installed. */
    public int retransmittedBytes;

    /** Makes one with all fields zero. */
    public TcpProgress() {
    }
}
