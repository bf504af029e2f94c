package org.millrace.runtime.status;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.millrace.runtime.tenant.AppContext;
import org.millrace.runtime.tenant.ConnectionSlots;
import org.millrace.runtime.transport.PathParts;

/**
 * Bytes that have passed each connection, at one moment: to tell which are busy by the difference of two. Taking it fills
 * three arrays a context.
 *
 * @param nowNs    when, on the data path's clock
 * @param contexts by context
 */
public record ConnectionBytes(long nowNs, List<OfContext> contexts) {
    /**
     * A context's connections, by slot.
     *
     * @param context       its number
     * @param id            connection ids, 0: none
     * @param receivedBytes bytes that its application was told of
     * @param sentBytes     bytes that its application has appended
     */
    record OfContext(int context, int[] id, long[] receivedBytes, long[] sentBytes) {
    }

    /** Data-path thread only. */
    public static ConnectionBytes of(PathParts parts, long nowNs) {
        List<OfContext> all = new ArrayList<>();
        for (AppContext context : parts.contexts().all()) {
            ConnectionSlots slots = context.slots;
            int count = slots.count();
            all.add(new OfContext(parts.place().outside(context.number), IntStream.range(0, count).map(slots::id).toArray(),
                IntStream.range(0, count).mapToLong(slots::receivedBytes).toArray(),
                IntStream.range(0, count).mapToLong(slots::sentBytes).toArray()));
        }
        return new ConnectionBytes(nowNs, all);
    }

    /** {@return those of several data paths, whose contexts have numbers of their own, as of the last moment} */
    public static ConnectionBytes merged(List<ConnectionBytes> all) {
        return all.size() == 1 ? all.getFirst() : new ConnectionBytes(all.stream().mapToLong(ConnectionBytes::nowNs).max().orElse(0),
            all.stream().flatMap(bytes -> bytes.contexts.stream()).toList());
    }

    /**
     * A connection that was there at both moments.
     *
     * @param context       its context
     * @param connection    its id there
     * @param receivedBytes between the two
     * @param sentBytes     between the two
     */
    public record Traffic(int context, int connection, long receivedBytes, long sentBytes) {
        long bytes() {
            return receivedBytes + sentBytes;
        }
    }

    /** {@return the connections with the most traffic since an earlier moment, the busiest first; idle ones never} */
    public List<Traffic> busiest(ConnectionBytes before, int most) {
        Traffic[] top = new Traffic[most];
        for (OfContext now : contexts) {
            before.contexts.stream().filter(then -> then.context == now.context && then.id.length == now.id.length)
                .forEach(then -> addBusiest(now, then, top));
        }
        return Arrays.stream(top).filter(traffic -> traffic != null).toList();
    }

    private static void addBusiest(OfContext now, OfContext then, Traffic[] top) {
        for (int slot = 0; slot < now.id.length; slot++) {
            boolean same = now.id[slot] == then.id[slot];
            long received = now.receivedBytes[slot] - (same ? then.receivedBytes[slot] : 0);
            long sent = now.sentBytes[slot] - (same ? then.sentBytes[slot] : 0);
            if (now.id[slot] != 0 && received + sent > 0) {
                insert(new Traffic(now.context, now.id[slot], received, sent), top);
            }
        }
    }

    private static void insert(Traffic traffic, Traffic[] top) {
        Traffic moving = traffic;
        for (int i = 0; i < top.length; i++) {
            if (top[i] == null || moving.bytes() > top[i].bytes()) {
                Traffic pushed = top[i];
                top[i] = moving;
                if (pushed == null) {
                    return;
                }
                moving = pushed;
            }
        }
    }
}
