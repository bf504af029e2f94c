package org.millrace.tofino.stages;

import java.util.List;
import org.millrace.api.pipeline.Extern;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.HostPart;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;

/** Stages of which the real machine's judgement is known, and Java's look deceives. */
public final class Judged {
    private Judged() {
    }

    /** A stage without state. */
    public interface Plain extends Stage<RegisterMeta, State.None> {
        @Override
        default StageSpec<State.None> spec() {
            return StageSpec.stateless(getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT), services());
        }

        /** {@return what it calls} */
        default List<Class<? extends Extern>> services() {
            return List.of();
        }
    }

    /** A stage on one word. */
    public interface OnWord extends Stage<RegisterMeta, Registers.One> {
        @Override
        default StageSpec<Registers.One> spec() {
            return StageSpec.perFlow(getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT),
                StageSpec.Concurrency.FLOW_ATOMIC, Registers.One::new, List.of());
        }
    }

    /** A stage on two words. */
    public interface OnTwo extends Stage<RegisterMeta, Registers.Two> {
        @Override
        default StageSpec<Registers.Two> spec() {
            return StageSpec.perFlow(getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT),
                StageSpec.Concurrency.FLOW_ATOMIC, Registers.Two::new, List.of());
        }
    }

    /** A service of nobody's. */
    public static final class Cheat implements Extern {
        /** {@return a quotient} */
        public int divide(int a, int b) {
            return a / b;
        }
    }

    /** A service that claims to be the host's. */
    public static final class HostCheat implements HostPart {
        /** {@return a quotient} */
        public int divide(int a, int b) {
            return a / b;
        }
    }

    /** 1. Divides by a service that it brings. */
    public record Divides(Cheat cheat) implements Plain {
        @Override
        public long process(RegisterMeta m, State.None s, long nowNs) {
            m.ack(cheat.divide(m.seq(), 7));
            return Verdict.NEXT;
        }
    }

    /** 1. Goes on with what the host answers. */
    public record Asks(HostCheat host) implements Plain {
        @Override
        public long process(RegisterMeta m, State.None s, long nowNs) {
            return host.divide(m.seq(), 7) == 0 ? Verdict.drop(1) : Verdict.NEXT;
        }
    }

    /** 2. A chain of steps on what a table's data say. */
    public record Chain(int steps) implements Stage<RegisterMeta, Registers.One> {
        @Override
        public StageSpec<Registers.One> spec() {
            return StageSpec.perFlow("chain", StageSpec.Concurrency.STATELESS, Registers.One::new, List.of());
        }

        @Override
        public long process(RegisterMeta m, Registers.One s, long nowNs) {
            int value = s.value();
            for (int i = 0; i < steps; i++) {
                value = value + m.seq() ^ m.ack() + i;
            }
            m.end(value);
            return Verdict.NEXT;
        }
    }

    /** 2. Drops by a table's data. */
    public static final class DropsByData implements Stage<RegisterMeta, Registers.One> {
        @Override
        public StageSpec<Registers.One> spec() {
            return StageSpec.perFlow("drops", StageSpec.Concurrency.STATELESS, Registers.One::new, List.of());
        }

        @Override
        public long process(RegisterMeta m, Registers.One s, long nowNs) {
            return s.value() == 1 ? Verdict.drop(1) : Verdict.NEXT;
        }
    }

    /** Counts. */
    public static final class Counts implements OnWord {
        @Override
        public long process(RegisterMeta m, Registers.One s, long nowNs) {
            s.value(s.value() + 1);
            return Verdict.NEXT;
        }
    }

    /** 3. Two operands an access, but three in all. */
    public static final class ThreeSources implements OnWord {
        @Override
        public long process(RegisterMeta m, Registers.One s, long nowNs) {
            if (m.fit() == 0) {
                s.value(s.value() - m.seq() > 0 ? m.end() : s.value());
            } else {
                s.value(m.ack());
            }
            return Verdict.NEXT;
        }
    }

    /** 5. Looks up twice. */
    public record LooksUpTwice(FlowLookup lookup) implements Plain {
        @Override
        public List<Class<? extends Extern>> services() {
            return List.of(FlowLookup.class);
        }

        @Override
        public long process(RegisterMeta m, State.None s, long nowNs) {
            m.una(lookup.lookup(m));
            m.off(lookup.lookupLocal(m));
            return Verdict.NEXT;
        }
    }

    /** 5. Looks up once. */
    public record LooksUp(FlowLookup lookup) implements Plain {
        @Override
        public List<Class<? extends Extern>> services() {
            return List.of(FlowLookup.class);
        }

        @Override
        public long process(RegisterMeta m, State.None s, long nowNs) {
            m.una(lookup.lookup(m));
            return Verdict.NEXT;
        }
    }

    /** 7. Mirrors. */
    public record Mirrors(String name, int session) implements Plain {
        @Override
        public StageSpec<State.None> spec() {
            return StageSpec.stateless(name, List.of());
        }

        @Override
        public long process(RegisterMeta m, State.None s, long nowNs) {
            return Verdict.NEXT | Verdict.mirror(session);
        }
    }

    /** 8. Tests ten words. */
    public static final class Wide implements Plain {
        @Override
        public long process(RegisterMeta m, State.None s, long nowNs) {
            if (m.seq() == 1 && m.end() == 2 && m.ack() == 3 && m.window() == 4 && m.off() == 5 && m.eoff() == 6 && m.una() == 7
                && m.grant() == 8 && m.rxNext() == 9 && m.edge() == 10) {
                m.path(1);
            }
            return Verdict.NEXT;
        }
    }

    /** 10. A product in disguise. */
    public static final class Product implements Plain {
        @Override
        public long process(RegisterMeta m, State.None s, long nowNs) {
            int sum = 0;
            for (int i = 0; i < 32; i += 2) {
                sum += m.seq() << i;
            }
            m.end(sum);
            return Verdict.NEXT;
        }
    }

    /** 10. A sum that is compared. */
    public static final class ComparesSum implements Plain {
        @Override
        public long process(RegisterMeta m, State.None s, long nowNs) {
            if (m.seq() + m.ack() == 7) {
                m.path(1);
            }
            return Verdict.NEXT;
        }
    }

    /** 10. A carry. */
    public static final class Carries implements Plain {
        @Override
        public long process(RegisterMeta m, State.None s, long nowNs) {
            long sum = ((m.seq() & 0xffff_ffffL) + (m.ack() & 0xffff_ffffL)) >>> 32;
            m.end((int) sum);
            return Verdict.NEXT;
        }
    }

    /** 10. Two minuses. */
    public static final class Negates implements Plain {
        @Override
        public long process(RegisterMeta m, State.None s, long nowNs) {
            m.end(-m.seq() - m.ack());
            return Verdict.NEXT;
        }
    }

    /** 11. Computes five words. */
    public static final class Computes implements Plain {
        @Override
        public long process(RegisterMeta m, State.None s, long nowNs) {
            m.off(m.seq() + m.ack());
            m.eoff(m.seq() + m.end());
            m.una(m.seq() + m.window());
            m.grant(m.ack() + m.end());
            m.edge(m.ack() + m.window());
            return Verdict.NEXT;
        }
    }

    /** 11. Who reads them. */
    public static final class Reads implements Plain {
        @Override
        public long process(RegisterMeta m, State.None s, long nowNs) {
            m.tail(m.off() + m.eoff());
            m.head(m.una() + m.grant());
            m.rxNext(m.edge() + 1);
            return Verdict.NEXT;
        }
    }

    /** 12. A register's predicate taken for a number. */
    public static final class Numbers implements OnTwo {
        @Override
        public long process(RegisterMeta m, Registers.Two s, long nowNs) {
            if (m.seq() - s.next() > 0) {
                m.window(1000);
            } else if (m.seq() - s.edge() > 0) {
                m.window(2000);
            } else {
                m.window(77777);
            }
            return Verdict.NEXT;
        }
    }

    /** 12. Who adds it. */
    public static final class Adds implements Plain {
        @Override
        public long process(RegisterMeta m, State.None s, long nowNs) {
            m.end(m.window() + m.seq());
            return Verdict.NEXT;
        }
    }

    /** 12. Who only tests it. */
    public static final class Tests implements Plain {
        @Override
        public long process(RegisterMeta m, State.None s, long nowNs) {
            if (m.window() == 2000) {
                m.path(1);
            }
            return Verdict.NEXT;
        }
    }

    /** May: ten conditions that do not depend on each other. */
    public static final class Ten implements Plain {
        @Override
        public long process(RegisterMeta m, State.None s, long nowNs) {
            if (m.seq() == 1) {
                m.path(1);
            }
            if (m.end() == 1) {
                m.fit(1);
            }
            if (m.ack() == 1) {
                m.off(1);
            }
            if (m.window() == 1) {
                m.eoff(1);
            }
            if (m.una() == 1) {
                m.grant(1);
            }
            if (m.rxNext() == 1) {
                m.edge(1);
            }
            if (m.tail() == 1) {
                m.head(1);
            }
            if (m.peerPort() == 1) {
                m.localPort(1);
            }
            if (m.ecn() == 1) {
                m.length(1);
            }
            if (m.context() == 1) {
                m.connection(1);
            }
            return Verdict.NEXT;
        }
    }

    /** May: saturating addition. */
    public static final class Saturates implements OnWord {
        @Override
        public long process(RegisterMeta m, Registers.One s, long nowNs) {
            int sum = s.value() + m.seq();
            s.value(Integer.compareUnsigned(sum, s.value()) < 0 ? -1 : sum);
            return Verdict.NEXT;
        }
    }

    /** May: both halves compared, on which only the packet depends. */
    public static final class ComparesHalves implements OnTwo {
        @Override
        public long process(RegisterMeta m, Registers.Two s, long nowNs) {
            m.path(s.next() - s.edge() > 0 ? 1 : 2);
            s.next(m.seq());
            return Verdict.NEXT;
        }
    }

    /** May: a rotation. */
    public static final class Rotates implements Plain {
        @Override
        public long process(RegisterMeta m, State.None s, long nowNs) {
            m.end(Integer.rotateLeft(m.seq(), 7));
            return Verdict.NEXT;
        }
    }

    /** May not: an element of an indexed field. */
    public static final class Indexes implements Stage<RegisterMeta, Indexes.Ring> {
        /** A ring. */
        public static final class Ring extends State {
            /** Makes one. */
            public Ring() {
            }

            int at(int index) {
                return i32(0, index, 8);
            }
        }

        @Override
        public StageSpec<Ring> spec() {
            return StageSpec.perFlow("indexes", StageSpec.Concurrency.FLOW_ATOMIC, Ring::new, List.of());
        }

        @Override
        public long process(RegisterMeta m, Ring s, long nowNs) {
            m.end(s.at(m.seq() & 7));
            return Verdict.NEXT;
        }
    }
}
