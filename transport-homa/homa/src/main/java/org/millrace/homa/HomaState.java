package org.millrace.homa;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What a successor of this Homa must know, as bytes: {@code "homa-state"} as UTF, version {@value #VERSION} as a short; the
 * number of sockets as an int, then flow, context, connection, address, port and the upper half of the ids of each as ints;
 * the keys of RPCs as there are in all, an int, so that they mean the same there; the number of peers, then the key of each and
 * its words; the number of RPCs, then the key of each and its words. Both by key, so that they find their places.
 */
final class HomaState {
    private static final String NAME = "homa-state";
    private static final int VERSION = 1;

    private HomaState() {
    }

    static void write(Collection<BoundSocket> sockets, Messages messages, DataOutput out) throws IOException {
        out.writeUTF(NAME);
        out.writeShort(VERSION);
        out.writeInt(sockets.size());
        for (BoundSocket socket : sockets) {
            write(out, socket.flow(), socket.context(), socket.connection(), socket.address(), socket.port(), socket.idHigh());
        }
        out.writeInt(messages.keys());
        rows(messages.peerRows(), out);
        rows(messages.rpcRows(), out);
    }

    private static void write(DataOutput out, int... words) throws IOException {
        for (int word : words) {
            out.writeInt(word);
        }
    }

    private static void rows(Map<Integer, int[]> rows, DataOutput out) throws IOException {
        out.writeInt(rows.size());
        for (Map.Entry<Integer, int[]> row : rows.entrySet()) {
            out.writeInt(row.getKey());
            write(out, row.getValue());
        }
    }

    /** Reads what was written into a Homa that is loaded and knows nothing. Answers the sockets. */
    static List<BoundSocket> read(Messages messages, DataInput in) throws IOException {
        String name = in.readUTF();
        int version = in.readUnsignedShort();
        if (!name.equals(NAME) || version != VERSION) {
            throw new IllegalArgumentException("the state is " + name + " version " + version + ", known here is " + NAME
                + " version " + VERSION);
        }
        List<BoundSocket> sockets = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            sockets.add(new BoundSocket(in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt()));
        }
        int keys = in.readInt();
        if (keys != messages.keys()) {
            throw new IllegalArgumentException("the state is of a Homa with " + keys + " keys, here are " + messages.keys());
        }
        for (int left = in.readInt(); left > 0; left--) {
            messages.peerRow(in.readInt(), words(messages.peerWords(), in));
        }
        for (int left = in.readInt(); left > 0; left--) {
            messages.rpcRow(in.readInt(), words(messages.rpcWords(), in));
        }
        messages.restored();
        return sockets;
    }

    private static int[] words(int count, DataInput in) throws IOException {
        int[] words = new int[count];
        for (int i = 0; i < count; i++) {
            words[i] = in.readInt();
        }
        return words;
    }
}
