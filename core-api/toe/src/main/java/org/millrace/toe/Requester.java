package org.millrace.toe;

import org.millrace.api.context.Status;

/**
 * What asks a shard for something and is answered: an endpoint, or a listener's part in a shard.
 *
 * <p>Owned by: the Toe's thread.
 */
abstract sealed class Requester permits Endpoint, ShardListener {
    final Toe toe;
    final int transport;
    /** The number under which it asks. */
    final long opaque;
    Lane lane;
    boolean isDirty;
    boolean requested;
    boolean closed;

    Requester(Toe toe, Lane lane, int transport, long opaque) {
        this.toe = toe;
        this.lane = lane;
        this.transport = transport;
        this.opaque = opaque;
    }

    /**
     * Writes the requests it owes.
     *
     * @return whether it owes no more
     */
    abstract boolean flush(RequestQueue requests);

    /** It is over. */
    abstract void fail(Status reason);

    /** Another shard has it. */
    final void moveTo(Lane other) {
        boolean owes = lane.clean(this);
        lane = other;
        if (owes) {
            other.dirty(this);
        }
    }
}
