package org.millrace.tcp.laminar.receive;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.tcp.laminar.host.PayloadMove;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.tcp.laminar.transmit.AckCheck;
import org.millrace.wire.TcpHeader;

/** The stages of reassembly in their order, one flow, mirrored copies in the test's hands. */
final class ReassemblyChain {
    /** A pseudo segment: it covers what lies between. */
    record Pseudo(int seq, int end) {
    }

    private final int[] registers = new int[16];
    private int used;
    private final int[] metaWords = new int[Layout.of(LaminarMeta.class).words()];
    final LaminarMeta meta = new LaminarMeta();
    final Deque<Pseudo> pending = new ArrayDeque<>();

    private final Step<SequenceCheck.Register> sequence = new Step<>(new SequenceCheck());
    private final Step<State.None> check = new Step<>(new AckCheck());
    private final Step<ReceiveWindow.Register> window = new Step<>(new ReceiveWindow());
    private final Step<State.None> place = new Step<>(new Place());
    private final Step<OooTail.Register> tail = new Step<>(new OooTail());
    private final Step<OooHead.Register> head = new Step<>(new OooHead());
    private final Step<State.None> accept = new Step<>(new Accept());
    private final Step<StreamEnd.Register> end = new Step<>(new StreamEnd());
    private final Step<Readable.Register> readable = new Step<>(new Readable());
    private final List<Step<?>> receive;
    private int bufferBytes;
    private final List<Step<?>> mirror = List.of(window, place, tail, head);

    ReassemblyChain(PayloadDma dma) {
        receive = List.of(sequence, check, window, place, tail, head, accept, end, readable,
            new Step<>(new PayloadMove(dma)));
        ViewCursor.move(meta, metaWords, 0);
    }

    private final class Step<S extends State> {
        final Stage<? super LaminarMeta, S> stage;
        final S view;

        Step(Stage<? super LaminarMeta, S> stage) {
            this.stage = stage;
            view = stage.spec().state().get();
            ViewCursor.move(view, registers, used);
            used += Layout.of(view.getClass()).words();
        }

        long run() {
            return stage.process(meta, view, 0);
        }
    }

    ReassemblyChain from(int next, int edge) {
        window.view.next(next);
        window.view.edge(edge);
        sequence.view.edge(edge);
        bufferBytes = edge - next;
        readable.view.told(next);
        return this;
    }

    int next() {
        return window.view.next();
    }

    int avail() {
        return window.view.edge() - window.view.next();
    }

    int tail() {
        return tail.view.tail();
    }

    int head() {
        return head.view.head();
    }

    int told() {
        return readable.view.told();
    }

    void consumed(int bytes) {
        Arrays.fill(metaWords, 0);
        meta.workflow(LaminarMeta.HC);
        meta.rxBump(bytes);
        run(List.of(sequence, window));
    }

    int[] save() {
        return registers.clone();
    }

    void restore(int[] saved) {
        System.arraycopy(saved, 0, registers, 0, registers.length);
    }

    /** Receives a segment; the pseudo segment it makes, if any, waits in {@link #pending}. */
    void segment(int seq, int length) {
        segment(seq, length, 0);
    }

    void segment(int seq, int length, int fin) {
        Arrays.fill(metaWords, 0);
        meta.workflow(LaminarMeta.RX);
        meta.seq(seq);
        meta.payloadLength(length);
        meta.fin(fin);
        meta.flags(TcpHeader.ACK | fin);
        meta.end(seq + length + fin);
        meta.reach(meta.end() + bufferBytes);
        run(receive);
        if (meta.answer() != 0) {
            pending.add(new Pseudo(meta.next(), meta.end()));
        }
    }

    /** Runs a pseudo segment; answers whether it becomes an acknowledgement. */
    boolean pseudo(Pseudo p) {
        Arrays.fill(metaWords, 0);
        meta.workflow(LaminarMeta.MIRROR);
        meta.seq(p.seq);
        meta.end(p.end);
        meta.answer(1);
        return run(mirror) == Verdict.NEXT;
    }

    private long run(List<Step<?>> steps) {
        for (Step<?> step : steps) {
            long verdict = step.run();
            if (verdict != Verdict.NEXT) {
                return verdict;
            }
        }
        return Verdict.NEXT;
    }
}
