package org.millrace.netty;

import io.netty.channel.ChannelOption;
import org.millrace.api.context.StreamOption;

/**
 * Options of streams that Netty has with its native transports only. They are the same objects as {@code EpollChannelOption}'s, so
 * that whoever has those needs none of these; what has the same name in {@code IoUringChannelOption} or
 * {@code NioChannelOption} is taken too.
 */
public final class MillraceChannelOption {
    private static final String EPOLL = "io.netty.channel.epoll.EpollChannelOption#";

    /** Only whole segments are sent, and what is less after 200 ms. */
    public static final ChannelOption<Boolean> TCP_CORK = ChannelOption.valueOf(EPOLL + "TCP_CORK");
    /** Milliseconds that what was written may stay unacknowledged; 0: as the instance has it. */
    public static final ChannelOption<Integer> TCP_USER_TIMEOUT = ChannelOption.valueOf(EPOLL + "TCP_USER_TIMEOUT");
    /** Idle seconds before a keepalive probe. */
    public static final ChannelOption<Integer> TCP_KEEPIDLE = ChannelOption.valueOf(EPOLL + "TCP_KEEPIDLE");
    /** Seconds between probes. */
    public static final ChannelOption<Integer> TCP_KEEPINTVL = ChannelOption.valueOf(EPOLL + "TCP_KEEPINTVL");
    /** Unanswered probes before the stream fails. */
    public static final ChannelOption<Integer> TCP_KEEPCNT = ChannelOption.valueOf(EPOLL + "TCP_KEEPCNT");

    private MillraceChannelOption() {
    }

    /** {@return what the option of this name is of a stream, or null: nothing} */
    static StreamOption streamOption(String name) {
        return switch (name.substring(name.indexOf('#') + 1)) {
            case "TCP_NODELAY" -> StreamOption.NO_DELAY;
            case "TCP_CORK" -> StreamOption.CORK;
            case "TCP_USER_TIMEOUT" -> StreamOption.USER_TIMEOUT_MS;
            case "SO_RCVBUF" -> StreamOption.RECEIVE_BYTES;
            case "SO_KEEPALIVE" -> StreamOption.KEEPALIVE;
            case "TCP_KEEPIDLE" -> StreamOption.KEEPALIVE_IDLE_S;
            case "TCP_KEEPINTVL", "TCP_KEEPINTERVAL" -> StreamOption.KEEPALIVE_INTERVAL_S;
            case "TCP_KEEPCNT", "TCP_KEEPCOUNT" -> StreamOption.KEEPALIVE_PROBES;
            default -> null;
        };
    }
}
