package org.millrace.tofino.stages;

import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.Verdict;
import org.millrace.wire.SequenceNumber;

/** Java that looks like something else to an analyser, one idiom a stage; all update one 32-bit register. */
public final class Traps {
    private Traps() {
    }

    /** A stage on one register. */
    public interface OnRegister extends Stage<RegisterMeta, Registers.One> {
        @Override
        default StageSpec<Registers.One> spec() {
            return StageSpec.perFlow("trap", StageSpec.Concurrency.FLOW_ATOMIC, Registers.One::new,
                java.util.List.of());
        }
    }

    /** A serial choice is no minimum. */
    public static final class SerialMinimum implements OnRegister {
        @Override
        public long process(RegisterMeta meta, Registers.One s, long nowNs) {
            s.value(SequenceNumber.min(s.value(), meta.end()));
            return Verdict.NEXT;
        }
    }

    /** A true comparison of a wrapped sum. */
    public static final class WrappedSum implements OnRegister {
        @Override
        public long process(RegisterMeta meta, Registers.One s, long nowNs) {
            return meta.seq() + meta.length() - meta.una() > s.value() ? Verdict.drop(1) : Verdict.NEXT;
        }
    }

    /** Saturating subtraction, by ternary. */
    public static final class ByTernary implements OnRegister {
        @Override
        public long process(RegisterMeta meta, Registers.One s, long nowNs) {
            int d = s.value() - meta.length();
            s.value(d > 0 ? d : 0);
            return Verdict.NEXT;
        }
    }

    /** By if. */
    public static final class ByIf implements OnRegister {
        @Override
        public long process(RegisterMeta meta, Registers.One s, long nowNs) {
            int d = s.value() - meta.length();
            if (d < 0) {
                d = 0;
            }
            s.value(d);
            return Verdict.NEXT;
        }
    }

    /** By maximum. */
    public static final class ByMaximum implements OnRegister {
        @Override
        public long process(RegisterMeta meta, Registers.One s, long nowNs) {
            s.value(Math.max(s.value() - meta.length(), 0));
            return Verdict.NEXT;
        }
    }

    /** By unsigned comparison. */
    public static final class ByUnsigned implements OnRegister {
        @Override
        public long process(RegisterMeta meta, Registers.One s, long nowNs) {
            int m = s.value();
            s.value(Integer.compareUnsigned(m, meta.length()) < 0 ? 0 : m - meta.length());
            return Verdict.NEXT;
        }
    }

    /** By long and mask. */
    public static final class ByLong implements OnRegister {
        @Override
        public long process(RegisterMeta meta, Registers.One s, long nowNs) {
            s.value((int) Math.max((s.value() & 0xffffffffL) - Integer.toUnsignedLong(meta.length()), 0));
            return Verdict.NEXT;
        }
    }

    /** By flipped signs. */
    public static final class ByOffset implements OnRegister {
        @Override
        public long process(RegisterMeta meta, Registers.One s, long nowNs) {
            int m = s.value();
            s.value(m + Integer.MIN_VALUE < meta.length() + Integer.MIN_VALUE ? 0 : m - meta.length());
            return Verdict.NEXT;
        }
    }

    /** Booleans, helpers, switch, a constant loop, assert. */
    public static final class Ordinary implements OnRegister {
        @Override
        public long process(RegisterMeta meta, Registers.One s, long nowNs) {
            int sum = 0;
            for (int i = 0; i < 4; i++) {
                sum += i;
            }
            assert sum == 6;
            boolean hit = isHit(meta) & !(meta.fit() == 2);
            s.value(hit ? s.value() + sum : switch (meta.path()) {
                case 1 -> meta.seq();
                case 2 -> s.value();
                default -> 0;
            });
            return Verdict.NEXT;
        }

        private static boolean isHit(RegisterMeta meta) {
            return meta.path() == 3 || meta.fit() == 1;
        }
    }

    /** A value that is made of itself twice a turn: as text, longer than any memory. */
    public static final class Doubling implements OnRegister {
        @Override
        public long process(RegisterMeta meta, Registers.One s, long nowNs) {
            int bits = 0;
            for (int left = meta.length(); left != 0; left &= left - 1) {
                bits++;
            }
            s.value(bits);
            return Verdict.NEXT;
        }
    }

    /** A loop without a constant bound. */
    public static final class Loop implements OnRegister {
        @Override
        public long process(RegisterMeta meta, Registers.One s, long nowNs) {
            for (int i = 0; i < meta.length(); i++) {
                s.value(s.value() + 1);
            }
            return Verdict.NEXT;
        }
    }

    /** Recursion. */
    public static final class Recursion implements OnRegister {
        @Override
        public long process(RegisterMeta meta, Registers.One s, long nowNs) {
            s.value(down(meta.path()));
            return Verdict.NEXT;
        }

        private static int down(int n) {
            return n == 0 ? 0 : down(n - 1);
        }
    }

    /** A call that is not followed. */
    public static final class Unresolved implements OnRegister {
        @Override
        public long process(RegisterMeta meta, Registers.One s, long nowNs) {
            s.value(Math.abs(s.value()));
            return Verdict.NEXT;
        }
    }

    /** Division. */
    public static final class Division implements OnRegister {
        @Override
        public long process(RegisterMeta meta, Registers.One s, long nowNs) {
            s.value(s.value() / 3);
            return Verdict.NEXT;
        }
    }

    /** Reads what another ALU computes. */
    public static final class TwoSteps implements OnRegister {
        @Override
        public long process(RegisterMeta meta, Registers.One s, long nowNs) {
            s.value(Math.min(s.value() + meta.length(), meta.end()));
            return Verdict.NEXT;
        }
    }

    /** Three operands. */
    public static final class ThreeOperands implements OnRegister {
        @Override
        public long process(RegisterMeta meta, Registers.One s, long nowNs) {
            int m = s.value();
            if (m - meta.seq() > 0 && m - meta.ack() > 0) {
                s.value(meta.end());
            }
            return Verdict.NEXT;
        }
    }

    /** Constants that are no immediates. */
    public static final class Constants implements OnRegister {
        @Override
        public long process(RegisterMeta meta, Registers.One s, long nowNs) {
            s.value(switch (meta.path()) {
                case 1 -> 1001;
                case 2 -> 1002;
                case 3 -> 1003;
                case 4 -> 1004;
                default -> 1005;
            });
            return Verdict.NEXT;
        }
    }
}
