package org.millrace.toe;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * What of a {@link StreamSocket} is about reading. A class above it and not a part of it: a read follows no reference more.
 *
 * <p>DESIGN NOTES. Positions are stream offsets from 0: {@code released <= consumed <= taken <= received}. The data path
 * knows of released ones and may fill {@code released + receiveBytes}.
 *
 * <p>Owned by: the Toe's thread.
 */
abstract sealed class ReadableEndpoint extends Endpoint permits StreamSocket {
    /** Both rings are in it. */
    MemorySegment region;
    private final int receiveBytes;
    /** What is in use of the ring, bytes. */
    private int receiveSize;
    private long receiveRing;
    private ByteBuffer receiveView;

    private long received;
    private long taken;
    private long consumed;
    private final ReleasedRanges ahead = new ReleasedRanges();
    private long released;
    private boolean peerFinished;

    ReadableEndpoint(Toe toe, Lane lane, int transport, long opaque) {
        super(toe, lane, transport, opaque);
        region = lane.layout.region();
        receiveBytes = lane.layout.size().receiveBytes();
        receiveSize = receiveBytes;
    }

    /** {@return the memory that its offsets are in; to be asked once it is connected} */
    public MemorySegment region() {
        return region;
    }

    /** {@return bytes that its receive buffer holds now; it may come to hold more} */
    public int receiveBytes() {
        return receiveSize;
    }

    /** {@return bytes that can be read now, after a failure too; 0 once the context is closed} */
    public int readable() {
        return toe.hasMemory() ? (int) (received - taken) : 0;
    }

    /** {@return whether the peer has finished its stream and all of it was read} */
    public boolean isInputEnded() {
        return peerFinished && received == taken;
    }

    /**
     * Reads.
     *
     * @param destination takes up to {@link ByteBuffer#remaining} bytes
     * @return bytes read; 0 if there are none now; -1 at the end of the stream
     * @throws IOException if the stream failed ({@link ToeFailure}) and all that had arrived is read, or if it is closed
     */
    public int read(ByteBuffer destination) throws IOException {
        int length = nextRead(destination.remaining());
        if (length > 0) {
            int at = (int) taken & receiveSize - 1;
            int first = Math.min(length, receiveSize - at);
            int position = destination.position();
            destination.put(position, receiveView(), at, first);
            destination.put(position + first, receiveView(), 0, length - first);
            destination.position(position + length);
            release(length);
        }
        return length;
    }

    /**
     * Reads.
     *
     * @param destination where to
     * @param offset      in it
     * @param bytes       most to read
     * @return bytes read; 0 if there are none now; -1 at the end of the stream
     * @throws IOException if the stream failed ({@link ToeFailure}) and all that had arrived is read, or if it is closed
     */
    public int read(MemorySegment destination, long offset, int bytes) throws IOException {
        int length = peek(destination, offset, bytes);
        if (length > 0) {
            release(length);
        }
        return length;
    }

    /**
     * Copies what {@link #read(MemorySegment, long, int)} would read, and leaves it to be read.
     *
     * @param destination where to
     * @param offset      in it
     * @param bytes       most to copy
     * @return bytes copied; 0 if there are none now; -1 at the end of the stream
     * @throws IOException if the stream failed ({@link ToeFailure}) or is closed
     */
    public int peek(MemorySegment destination, long offset, int bytes) throws IOException {
        int length = nextRead(bytes);
        if (length > 0) {
            int first = Math.min(length, contiguousReadable());
            MemorySegment.copy(region, readableOffset(), destination, offset, first);
            MemorySegment.copy(region, receiveRing, destination, offset + first, length - first);
        }
        return length;
    }

    private int nextRead(int bytes) throws IOException {
        int length = closed ? 0 : Math.min(bytes, readable());
        boolean ended = length == 0 && bytes > 0 && !closed && isInputEnded();
        if (length == 0 && !ended) {
            check();
        }
        return ended ? -1 : length;
    }

    /** {@return offset in {@link #region} of the next byte to read} */
    public long readableOffset() {
        return receiveRing + (taken & receiveSize - 1);
    }

    /** {@return bytes that can be read at {@link #readableOffset} in one span} */
    public int contiguousReadable() {
        return Math.min(readable(), receiveSize - ((int) taken & receiveSize - 1));
    }

    /**
     * Consumes bytes: their space goes back to the peer's window.
     *
     * @param bytes no more than {@link #readable} said; after a failure they are just forgotten
     */
    public void release(int bytes) {
        release(take(bytes), bytes);
    }

    /**
     * Goes on behind bytes without giving their space back: they stay where they are until they are released, in any
     * order (§5.5.2.2).
     *
     * @param bytes no more than {@link #readable} said
     * @return their position in the stream, for {@link #release(long, int)}
     */
    public long take(int bytes) {
        if (bytes < 0 || bytes > received - taken) {
            throw new IllegalArgumentException(bytes + " bytes taken, there are " + (received - taken));
        }
        long position = taken;
        taken += bytes;
        return position;
    }

    /**
     * Gives the space of taken bytes back, in any order; the peer's window opens as far as all before was given back.
     *
     * @param position where they begin in the stream
     * @param bytes    how many
     */
    public void release(long position, int bytes) {
        long end = position + bytes;
        if (bytes < 0 || position < consumed || end > taken) {
            throw new IllegalArgumentException("bytes " + position + " to " + end + " released, taken are " + consumed
                + " to " + taken);
        }
        if (bytes == 0) {
            return;
        }
        if (position == consumed && ahead.isEmpty()) {
            consumed = end;
        } else if (ahead.add(position, end)) {
            consumed = ahead.takeFrom(consumed);
        } else {
            throw new IllegalArgumentException("bytes " + position + " to " + end + " were released before");
        }
        lane.dirty(this);
    }

    /** {@return whether anything was read or taken} */
    final boolean isBegun() {
        return taken != 0;
    }

    /** {@return whether so many more bytes can have come} */
    final boolean hasRoomFor(int bytes) {
        return received + bytes - released <= receiveBytes;
    }

    /** More bytes have come, and perhaps the end behind them. */
    final void arrived(int bytes, boolean fin) {
        if (bytes != 0) {
            receiveSize = lane.layout.receiveRingBytes(connection()); // what lay in a smaller one has kept its place
        }
        received += bytes;
        peerFinished |= fin;
    }

    /** {@return bytes that were given back and that the data path does not know of} */
    final int untoldBytes() {
        return (int) (consumed - released);
    }

    /** The data path is told of all that was given back. */
    final void releasedIsTold() {
        released = consumed;
    }

    @Override
    void connection(int id) {
        super.connection(id);
        region = lane.layout.region();
        receiveSize = lane.layout.receiveRingBytes(id);
        receiveRing = lane.layout.receiveRing(id);
    }

    private ByteBuffer receiveView() {
        if (receiveView == null) {
            receiveView = region.asSlice(receiveRing, receiveBytes).asByteBuffer();
        }
        return receiveView;
    }
}
