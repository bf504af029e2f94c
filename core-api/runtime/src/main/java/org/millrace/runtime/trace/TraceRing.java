package org.millrace.runtime.trace;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Recorder;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;

/**
 * The last records of one loaded program's trace points; the oldest goes when there is no room, and is counted if nobody
 * has read it.
 *
 * <pre>
 * a record, seven longs:
 *  0 time, ns                      4 payload offset &lt;&lt; 32 | payload length, bytes
 *  1 verdict                       5 receive bump &lt;&lt; 32 | transmit bump, bytes
 *  2 point &lt;&lt; 32 | flow         6 position &lt;&lt; 32 | bytes to move
 *  3 operation &lt;&lt; 48 | discard &lt;&lt; 40 | host flags &lt;&lt; 32 | local port &lt;&lt; 16 | peer port
 * </pre>
 *
 * <p>Owned by: the thread that runs the program.
 */
public final class TraceRing implements Recorder {
    static final int RECORDS = 1 << 14;
    private static final int WORDS = 7;

    private final String program;
    private final long[] words = new long[RECORDS * WORDS];
    private final List<String> points = new ArrayList<>();
    private long written;
    private long read;
    private long lost;

    TraceRing(String program) {
        this.program = program;
    }

    /** {@return the number of a new point} */
    int point(String name) {
        points.add(name);
        return points.size() - 1;
    }

    @Override
    public void record(SegmentMeta meta, int point, long verdict, long nowNs) {
        int at = (int) (written & RECORDS - 1) * WORDS;
        long[] w = words;
        w[at] = nowNs;
        w[at + 1] = verdict;
        w[at + 2] = pair(point, meta.flow());
        w[at + 3] = (long) meta.operation() << 48 | (long) meta.discard() << 40 | (long) meta.hostFlags() << 32
            | (long) meta.localPort() << 16 | meta.peerPort();
        w[at + 4] = pair(meta.payloadOffset(), meta.payloadLength());
        w[at + 5] = pair(meta.rxBump(), meta.txBump());
        w[at + 6] = pair(meta.position(), meta.length());
        written++;
    }

    private static long pair(int high, int low) {
        return (long) high << 32 | low & 0xffff_ffffL;
    }

    /** {@return what has been recorded since the last call, as it is in memory: quickly, for the data path waits} */
    public Batch take() {
        if (written - read > RECORDS) {
            lost += written - read - RECORDS;
            read = written - RECORDS;
        }
        int count = (int) (written - read);
        long[] taken = new long[count * WORDS];
        for (int i = 0; i < count; i++) {
            System.arraycopy(words, (int) (read + i & RECORDS - 1) * WORDS, taken, i * WORDS, WORDS);
        }
        read = written;
        long lostSince = lost;
        lost = 0;
        return new Batch(program, List.copyOf(points), taken, lostSince);
    }

    /** {@return batches as text, oldest record first; any thread} */
    public static TraceLines lines(List<Batch> batches) {
        return merged(List.of(batches));
    }

    /** {@return the batches of several shards of one clock as text, each line with its shard; any thread} */
    public static TraceLines merged(List<List<Batch>> shards) {
        List<Line> lines = new ArrayList<>();
        long lost = 0;
        for (int shard = 0; shard < shards.size(); shard++) {
            String suffix = shards.size() == 1 ? "" : " shard=" + shard;
            for (Batch batch : shards.get(shard)) {
                batch.print(lines, suffix);
                lost += batch.lost;
            }
        }
        lines.sort(Comparator.comparingLong(Line::ns)); // keeps the order of those of one time, which are one batch's mostly
        return new TraceLines(lines.stream().map(Line::text).toList(), lost);
    }

    private record Line(long ns, String text) {
    }

    /**
     * Records out of the ring.
     *
     * @param program whose
     * @param points  names of the points by number
     * @param words   the records
     * @param lost    how many are missing before them
     */
    public record Batch(String program, List<String> points, long[] words, long lost) {
        private void print(List<Line> lines, String suffix) {
            for (int at = 0; at < words.length; at += WORDS) {
                lines.add(new Line(words[at], line(at) + suffix));
            }
        }

        private String line(int at) {
            long ns = words[at];
            long what = words[at + 3];
            StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%d.%09d %s %s %s flow=%d",
                ns / 1_000_000_000, ns % 1_000_000_000, program, points.get((int) (words[at + 2] >>> 32)),
                verdict(words[at + 1]), (int) words[at + 2]));
            add(text, "local-port", (int) what >>> 16);
            add(text, "peer-port", (int) what & 0xffff);
            add(text, "payload", (int) words[at + 4]);
            add(text, "operation", (int) (what >>> 48) & 0xff);
            add(text, "host-flags", (int) (what >>> 32) & 0xff);
            add(text, "rx", (int) (words[at + 5] >>> 32));
            add(text, "tx", (int) words[at + 5]);
            add(text, "position", (int) (words[at + 6] >>> 32));
            add(text, "move", (int) words[at + 6]);
            int discard = (int) (what >>> 40) & 0xff;
            return discard == 0 ? text.toString() : text.append(" discard=").append(reason(discard)).toString();
        }

        private static void add(StringBuilder text, String name, int value) {
            if (value != 0) {
                text.append(' ').append(name).append('=').append(Integer.toUnsignedLong(value));
            }
        }

        private static String verdict(long verdict) {
            String action = switch ((int) Verdict.action(verdict)) {
                case (int) Verdict.DROP -> "drop(" + reason(Verdict.reason(verdict)) + ")";
                case (int) Verdict.CONTROL -> "control(" + Verdict.reason(verdict) + ")";
                case (int) Verdict.EMIT -> "emit";
                case (int) Verdict.DONE -> "done";
                default -> "next";
            };
            return action + ((verdict & Verdict.DIGEST) != 0 ? "+digest" : "")
                + ((verdict & Verdict.MIRROR) != 0 ? "+mirror" : "");
        }

        private static String reason(int code) {
            DropReason[] reasons = DropReason.values();
            return code < reasons.length ? reasons[code].text().replace(' ', '-') : Integer.toString(code);
        }
    }
}
