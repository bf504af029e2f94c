package org.millrace.vertx;

import io.netty.channel.ChannelOption;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.net.TcpOption;
import org.millrace.netty.MillraceChannelOption;

/** Hands those options of Vert.x on that its NIO transport does not know and Millrace's streams do. */
final class StreamOptions {
    /** Takes an option: of a bootstrap, or of its children. */
    @FunctionalInterface
    interface Target {
        <T> Object set(ChannelOption<T> option, T value);
    }

    private StreamOptions() {
    }

    static void pass(TcpConfig config, Target to) {
        if (Boolean.TRUE.equals(config.getOption(TcpOption.CORK))) {
            to.set(MillraceChannelOption.TCP_CORK, true);
        }
        pass(config, TcpOption.USER_TIMEOUT, MillraceChannelOption.TCP_USER_TIMEOUT, to);
        pass(config, TcpOption.KEEPIDLE, MillraceChannelOption.TCP_KEEPIDLE, to);
        pass(config, TcpOption.KEEPINTVL, MillraceChannelOption.TCP_KEEPINTVL, to);
        pass(config, TcpOption.KEEPCNT, MillraceChannelOption.TCP_KEEPCNT, to);
    }

    /** Vert.x says "not set" with nothing, 0 or -1. */
    private static void pass(TcpConfig config, TcpOption<Integer> option, ChannelOption<Integer> as, Target to) {
        Integer value = config.getOption(option);
        if (value != null && value > 0) {
            to.set(as, value);
        }
    }
}
