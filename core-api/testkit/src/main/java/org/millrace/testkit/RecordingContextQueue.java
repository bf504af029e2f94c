package org.millrace.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.SegmentMeta;

/** A context queue that notes what applications would be told. */
public final class RecordingContextQueue implements ContextQueue {
    private final List<Notice> notices = new ArrayList<>();
    private final List<Message> messages = new ArrayList<>();
    private final Map<Integer, Integer> grants = new HashMap<>();
    private final List<Sent> sent = new ArrayList<>();
    private int reserved;
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

    /**
     * A message of an application's that is not needed any more.
     *
     * @param context    its context
     * @param connection the connection
     * @param position   in the transmit buffer
     * @param number     its number
     * @param status     code of a {@link org.millrace.api.context.Status}
     */
    public record Sent(int context, int connection, int position, int number, int status) {
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

    /** {@inheritDoc} Here: behind what was reserved before. */
    @Override
    public int reserve(SegmentMeta meta) {
        if (room <= 0) {
            return DropReason.NO_BUFFER.code();
        }
        room--;
        meta.position(reserved);
        reserved += meta.length();
        return DropReason.NONE.code();
    }

    @Override
    public void unreserve(SegmentMeta meta) {
        room++;
    }

    @Override
    public void message(SegmentMeta meta) {
        messages.add(new Message(meta.context(), meta.connection(), meta.position(), meta.length(),
            meta.peerAddress(), meta.peerPort()));
    }

    @Override
    public void sent(SegmentMeta meta, int status) {
        sent.add(new Sent(meta.context(), meta.connection(), meta.position(), meta.message(), status));
    }

    /** {@return all messages that an application was told not to be needed any more, in order} */
    public List<Sent> sent() {
        return List.copyOf(sent);
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
        sent.clear();
        grants.clear();
    }
}
