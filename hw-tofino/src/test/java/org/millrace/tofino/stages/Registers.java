package org.millrace.tofino.stages;

import static org.millrace.tofino.stages.RegisterMeta.ACCEPT;
import static org.millrace.tofino.stages.RegisterMeta.ADVANCE;
import static org.millrace.tofino.stages.RegisterMeta.DUPLICATE;
import static org.millrace.tofino.stages.RegisterMeta.READ;
import static org.millrace.tofino.stages.RegisterMeta.START;
import static org.millrace.tofino.stages.RegisterMeta.SYNC;
import static org.millrace.tofino.stages.RegisterMeta.TOUCH;
import static org.millrace.tofino.stages.RegisterMeta.TRANSMIT;

import java.util.List;
import java.util.function.Supplier;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.wire.SequenceNumber;

/** The registers of the Laminar stage table, variant C, as plain stages. */
public final class Registers {
    private Registers() {
    }

    private static <S extends State> StageSpec<S> perFlow(String name, Supplier<S> state) {
        return StageSpec.perFlow(name, StageSpec.Concurrency.FLOW_ATOMIC, state, List.of());
    }

    /** One 32-bit register. */
    public static class One extends State {
        int value() {
            return i32(0);
        }

        void value(int v) {
            i32(0, v);
        }
    }

    /** Two. */
    public static final class Two extends State {
        int next() {
            return i32(0);
        }

        void next(int v) {
            i32(0, v);
        }

        int edge() {
            return i32(4);
        }

        void edge(int v) {
            i32(4, v);
        }
    }

    /** R1: rx-next and edge. */
    public static final class RxNext implements Stage<RegisterMeta, Two> {
        private static final StageSpec<Two> SPEC = perFlow("rx-next", Two::new);

        @Override
        public StageSpec<Two> spec() {
            return SPEC;
        }

        @Override
        public long process(RegisterMeta meta, Two s, long nowNs) {
            int next = s.next();
            int edge = s.edge();
            if (meta.path() == ADVANCE) {
                if (SequenceNumber.lessOrEqual(meta.seq(), next) && SequenceNumber.greaterThan(meta.end(), next)) {
                    s.next(meta.end() - edge > 0 ? edge : meta.end());
                    meta.fit(ACCEPT);
                }
            } else if (meta.path() == SYNC) {
                s.edge(edge + meta.grant());
            }
            meta.rxNext(next);
            meta.edge(edge);
            return Verdict.NEXT;
        }
    }

    /** R3: out-of-order tail. */
    public static final class OooTail implements Stage<RegisterMeta, One> {
        private static final StageSpec<One> SPEC = perFlow("ooo-tail", One::new);

        @Override
        public StageSpec<One> spec() {
            return SPEC;
        }

        @Override
        public long process(RegisterMeta meta, One s, long nowNs) {
            int tail = s.value();
            if (meta.path() == ADVANCE) {
                tail = SequenceNumber.saturatingSubtract(tail, meta.eoff());
            } else if (meta.path() == TOUCH) {
                if (tail == 0) {
                    tail = meta.eoff();
                    meta.fit(START);
                } else if (meta.off() <= tail) {
                    if (meta.eoff() > tail) {
                        tail = meta.eoff();
                    }
                    meta.fit(TOUCH);
                }
            }
            s.value(tail);
            meta.tail(tail);
            return Verdict.NEXT;
        }
    }

    /** R4: out-of-order head, as in the reference. */
    public static final class OooHead implements Stage<RegisterMeta, One> {
        private static final StageSpec<One> SPEC = perFlow("ooo-head", One::new);

        @Override
        public StageSpec<One> spec() {
            return SPEC;
        }

        @Override
        public long process(RegisterMeta meta, One s, long nowNs) {
            int head = s.value();
            if (meta.path() == ADVANCE) {
                head = SequenceNumber.saturatingSubtract(head, meta.eoff());
            } else if (meta.fit() == START) {
                head = meta.off();
                meta.fit(ACCEPT);
            } else if (meta.fit() == TOUCH && meta.eoff() >= head) {
                if (meta.off() < head) {
                    head = meta.off();
                }
                meta.fit(ACCEPT);
            }
            s.value(head);
            meta.head(head);
            return Verdict.NEXT;
        }
    }

    /** T1: acknowledged up to here. */
    public static final class NextAck implements Stage<RegisterMeta, One> {
        private static final StageSpec<One> SPEC = perFlow("next-ack", One::new);

        @Override
        public StageSpec<One> spec() {
            return SPEC;
        }

        @Override
        public long process(RegisterMeta meta, One s, long nowNs) {
            int una = s.value();
            meta.una(una);
            if (meta.path() == TRANSMIT) {
                return SequenceNumber.lessThan(meta.seq(), una)
                    ? Verdict.drop(DropReason.DUPLICATE.code()) : Verdict.NEXT;
            }
            if (meta.path() != READ) {
                if (SequenceNumber.greaterThan(meta.ack(), una)) {
                    s.value(meta.ack());
                } else if (meta.ack() == una) {
                    meta.fit(DUPLICATE);
                }
            }
            return Verdict.NEXT;
        }
    }

    /** T2: duplicate ACKs, 8 bits. */
    public static final class DupAck implements Stage<RegisterMeta, DupAck.Count> {
        private static final StageSpec<Count> SPEC = perFlow("dup-ack", Count::new);

        /** Eight bits. */
        public static final class Count extends State {
            int count() {
                return u8(0);
            }

            void count(int v) {
                u8(0, v);
            }
        }

        @Override
        public StageSpec<Count> spec() {
            return SPEC;
        }

        @Override
        public long process(RegisterMeta meta, Count s, long nowNs) {
            if (meta.fit() == DUPLICATE) {
                int count = s.count() + 1 & 0xff;
                s.count(count);
                return count == 3 ? Verdict.NEXT | Verdict.DIGEST : Verdict.NEXT;
            }
            s.count(0);
            return Verdict.NEXT;
        }
    }

    /** T3: sent and not acknowledged. */
    public static final class TxAvail implements Stage<RegisterMeta, One> {
        private static final StageSpec<One> SPEC = perFlow("tx-avail", One::new);

        @Override
        public StageSpec<One> spec() {
            return SPEC;
        }

        @Override
        public long process(RegisterMeta meta, One s, long nowNs) {
            if (meta.path() == TRANSMIT) {
                s.value(Math.max(s.value(), meta.end() - meta.una()));
                return Verdict.NEXT;
            }
            int acked = meta.ack() - meta.una();
            if (Integer.compareUnsigned(acked, s.value()) > 0) {
                return Verdict.control(1);
            }
            s.value(s.value() - acked);
            return Verdict.NEXT;
        }
    }

    /** T4: credits. */
    public static final class Credits implements Stage<RegisterMeta, One> {
        private static final StageSpec<One> SPEC = perFlow("credits", One::new);

        @Override
        public StageSpec<One> spec() {
            return SPEC;
        }

        @Override
        public long process(RegisterMeta meta, One s, long nowNs) {
            switch (meta.path()) {
                case TRANSMIT -> {
                    int had = s.value();
                    int left = had - meta.length();
                    s.value(left > 0 ? left : 0);
                    if (had == 0) {
                        return Verdict.drop(DropReason.NOTHING_TO_SEND.code());
                    }
                }
                case SYNC -> s.value(s.value() + meta.grant());
                default -> {
                }
            }
            return Verdict.NEXT;
        }
    }

    /** T5: the peer's window. */
    public static final class Remote implements Stage<RegisterMeta, One> {
        private static final StageSpec<One> SPEC = perFlow("remote", One::new);

        @Override
        public StageSpec<One> spec() {
            return SPEC;
        }

        @Override
        public long process(RegisterMeta meta, One s, long nowNs) {
            if (meta.path() == TRANSMIT) {
                return Integer.compareUnsigned(meta.end() - meta.una(), s.value()) > 0
                    ? Verdict.drop(DropReason.NOTHING_TO_SEND.code()) : Verdict.NEXT;
            }
            s.value(meta.window() << 7);
            return Verdict.NEXT;
        }
    }
}
