package org.millrace.tcp.control;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.control.program.TcpCodec;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.program.TcpMeta;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.program.TcpProgress;
import org.millrace.wire.SequenceNumber;
import org.millrace.wire.TcpHeader;

/** A data path as simple as can be: in-order data only, acknowledges when told, records what the control plane does. */
public class FakeProgram implements TcpProgram<TcpMeta> {
    static final String[] OPERATIONS = {"", "RETRANSMIT", "PROBE", "ACK", "KICK", "CLOSE", "OVERRIDE", "FINISH"};

    public final Map<Integer, TcpConnectionState> states = new HashMap<>();
    public final Map<Integer, TcpProgress> counters = new HashMap<>();
    final List<String> calls = new ArrayList<>();
    final TcpCodec<TcpMeta> codec = new TcpCodec<>(0);
    /** What it can represent. */
    public int largestShift = 14;
    private int digest;

    @Override
    public boolean reportsSack() {
        return true;
    }

    @Override
    public void install(int flow, TcpConnectionState state) {
        TcpConnectionState own = new TcpConnectionState();
        copy(state, own);
        own.sndShift = Math.min(own.sndShift, largestShift);
        states.put(flow, own);
        counters.put(flow, new TcpProgress());
    }

    @Override
    public void export(int flow, TcpConnectionState to) {
        copy(states.get(flow), to);
    }

    private static void copy(TcpConnectionState from, TcpConnectionState to) {
        for (Field field : TcpConnectionState.class.getFields()) {
            try {
                if (field.getType() == int[].class) {
                    int[] values = (int[]) field.get(from);
                    System.arraycopy(values, 0, field.get(to), 0, values.length);
                } else if (!Modifier.isStatic(field.getModifiers())) {
                    field.set(to, field.get(from));
                }
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void progress(int flow, TcpProgress to) {
        TcpConnectionState s = states.get(flow);
        TcpProgress c = counters.get(flow);
        to.sndUna = s.sndUna;
        to.sndNxt = s.sndNxt;
        to.sndMax = s.sndMax;
        to.sndReady = s.sndReady;
        to.sndWindow = s.sndWindow;
        to.rcvNxt = s.rcvNxt;
        to.ackPending = c.ackPending;
        to.finOutstanding = s.finQueued && (!s.finSent || s.sndUna != s.sndMax);
        to.ackedBytes = c.ackedBytes;
        to.ecnBytes = c.ecnBytes;
        to.segmentsReceived = c.segmentsReceived;
        to.rttSamples = c.rttSamples;
        to.rttSumUs = c.rttSumUs;
        to.retransmittedBytes = c.retransmittedBytes;
    }

    /** {@return 0 if the segment was taken, else the reason for the control plane} */
    int receive(int flow, TcpMeta m) {
        TcpConnectionState s = states.get(flow);
        TcpProgress c = counters.get(flow);
        digest = 0;
        if (SequenceNumber.greaterThan(m.ack(), s.sndMax)) {
            return BAD_ACK;
        }
        int length = m.payloadLength();
        if (length > 0 && s.closed) {
            return DATA_AFTER_CLOSE;
        }
        c.segmentsReceived++;
        acknowledged(s, c, m);
        if (m.seq() == s.rcvNxt && length <= s.rcvFree) {
            s.rcvNxt += length;
            s.rcvFree -= length;
            if (length > 0) {
                c.ackPending = true;
                digest |= DIGEST_ACTIVE;
            }
            if ((m.flags() & TcpHeader.FIN) != 0 && !s.finReceived) {
                s.rcvNxt++;
                s.finReceived = true;
                digest |= DIGEST_FIN_RECEIVED;
            }
        }
        return 0;
    }

    private void acknowledged(TcpConnectionState s, TcpProgress c, TcpMeta m) {
        int acked = m.ack() - s.sndUna;
        if (acked > 0) {
            int fin = s.finSent && m.ack() == s.sndMax ? 1 : 0;
            c.ackedBytes += acked - fin;
            s.sndUna = m.ack();
            s.sndNxt = SequenceNumber.max(s.sndNxt, s.sndUna);
            digest |= fin != 0 ? DIGEST_FIN_ACKED : 0;
        }
        s.sndWindow = m.window() << s.sndShift;
    }

    /** {@return digest bits of what was done last} */
    int digest() {
        return digest;
    }

    void operation(int flow, int operation) {
        digest = 0;
        calls.add(OPERATIONS[operation] + " " + flow);
        TcpConnectionState s = states.get(flow);
        switch (operation) {
            case RETRANSMIT -> {
                s.sndReady += s.sndNxt - s.sndUna - (s.finSent ? 1 : 0);
                s.sndNxt = s.sndUna;
                transmit(s);
            }
            case ACK -> counters.get(flow).ackPending = false;
            case CLOSE -> {
                s.closed = true;
                endStream(flow);
            }
            case FINISH -> endStream(flow);
            default -> { }
        }
    }

    /** The application's bytes: goes out as far as the window allows. */
    void append(int flow, int bytes) {
        states.get(flow).sndReady += bytes;
        digest = DIGEST_ACTIVE;
        transmit(states.get(flow));
    }

    /** The application's shutdown. */
    void endStream(int flow) {
        states.get(flow).finQueued = true;
        digest = DIGEST_ACTIVE;
        transmit(states.get(flow));
    }

    /** The application reads. */
    public void consume(int flow, int bytes) {
        states.get(flow).rcvFree += bytes;
    }

    private static void transmit(TcpConnectionState s) {
        int usable = Math.min(s.sndWindow, s.congestionWindow) - (s.sndNxt - s.sndUna);
        int bytes = Math.clamp(s.sndReady, 0, Math.max(usable, 0));
        s.sndReady -= bytes;
        s.sndNxt += bytes;
        if (s.finQueued && s.sndReady == 0 && !(s.finSent && s.sndNxt == s.sndMax)) {
            s.finSent = true;
            s.sndNxt++;
        }
        s.sndMax = SequenceNumber.max(s.sndMax, s.sndNxt);
    }

    @Override
    public void congestionWindow(int flow, int windowBytes) {
        states.get(flow).congestionWindow = windowBytes;
        calls.add("cwnd=" + windowBytes + " " + flow);
    }

    @Override
    public void receiveBuffer(int flow, int bufferBytes) {
        TcpConnectionState s = states.get(flow);
        s.rcvFree += bufferBytes - s.rcvBuffer;
        s.rcvBuffer = bufferBytes;
    }

    @Override
    public void rate(int flow, long bytesPerSecond) {
        calls.add("rate=" + bytesPerSecond + " " + flow);
    }

    @Override
    public void gather(int flow, boolean nagle, boolean corked) {
        states.get(flow).nagle = nagle;
        states.get(flow).corked = corked;
        calls.add("gather" + (nagle ? " nagle" : "") + (corked ? " corked" : "") + " " + flow);
    }

    @Override
    public void congestionWindowReduced(int flow) {
        calls.add("cwr " + flow);
    }

    @Override
    public void place(int flow, int context, int connection) {
        states.get(flow).context = context;
        states.get(flow).connection = connection;
    }

    @Override
    public void segmentSize(int flow, int mssBytes) {
        calls.add("mss=" + mssBytes + " " + flow);
    }

    @Override
    public String name() {
        return "tcp-fake";
    }

    @Override
    public TcpMeta newMeta() {
        return new TcpMeta();
    }

    @Override
    public List<Stage<? super TcpMeta, ?>> stages(Workflow workflow) {
        return List.of();
    }

    @Override
    public HeaderCodec<TcpMeta> codec() {
        return codec;
    }

    @Override
    public FlowScheduler scheduler() {
        return FlowScheduler.NONE;
    }

    @Override
    public void loaded(StateTables states) {
    }
}
