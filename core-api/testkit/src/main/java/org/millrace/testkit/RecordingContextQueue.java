package org.millrace.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.SegmentMeta;

/** A context queue that notes what applications would be told. */
public final class RecordingContextQueue implements ContextQueue {
    private final List<Notice> notices = new ArrayList<>();
    private final List<Message> messages = new ArrayList<>();
    private final Map<Integer, Integer> grants = new HashMap<>();
    private int room = Integer.MAX_VALUE;

    /**
     * What a connection was told.
     *
     * @param context    its context
     * @param connection the connection
     * @param rxBump     bytes newly readable
     * @param txBump     transmit bytes freed
     * @param hostFlags  {@link SegmentMeta#HOST_FIN} or 0
     */
    public record Notice(int context, int connection, int rxBump, int txBump, int hostFlags) {
    }

    /**
     * A message announced.
     *
     * @param context     its context
     * @param connection  the connection
     * @param position    in the receive buffer
     * @param length      bytes
     * @param peerAddress who sent it
     * @param peerPort    from which port
     */
    public record Message(int context, int connection, int position, int length, int peerAddress, int peerPort) {
    }

    /** An empty queue without limit. */
    public RecordingContextQueue() {
    }

    /**
     * Limits the messages that are still taken.
     *
     * @param messagesLeft how many
     * @return this
     */
    public RecordingContextQueue room(int messagesLeft) {
        room = messagesLeft;
        return this;
    }

    @Override
    public void notify(SegmentMeta meta) {
        notices.add(new Notice(meta.context(), meta.connection(), meta.rxBump(), meta.txBump(), meta.hostFlags()));
    }

    @Override
    public void grant(int context, int connection, int position) {
        grants.put(connection, position);
    }

    @Override
    public boolean message(SegmentMeta meta) {
        if (room <= 0) {
            return false;
        }
        room--;
        messages.add(new Message(meta.context(), meta.connection(), meta.position(), meta.length(),
            meta.peerAddress(), meta.peerPort()));
        return true;
    }

    /** {@return all notices, in order, not added up} */
    public List<Notice> notices() {
        return List.copyOf(notices);
    }

    /** {@return the last position granted to a connection, or null} */
    public Integer granted(int connection) {
        return grants.get(connection);
    }

    /** {@return all messages, in order} */
    public List<Message> messages() {
        return List.copyOf(messages);
    }

    /** Forgets everything. */
    public void clear() {
        notices.clear();
        messages.clear();
        grants.clear();
    }
}
