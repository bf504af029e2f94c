package org.millrace.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.channel.socket.SocketChannelConfig;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.millrace.api.context.StreamOption;

/**
 * Options of a stream: {@link ChannelOption}'s and {@link MillraceChannelOption}'s. What is not set is the instance's, TCP_NODELAY
 * too. SO_LINGER 0 makes closing a reset, another bounds the time in which what was written is delivered afterwards; closing
 * never blocks. SO_REUSEADDR has an effect over the kernel only, TCP_CORK and TCP_USER_TIMEOUT over Millrace only; over calls none but
 * SO_LINGER 0 has.
 */
final class MillraceSocketChannelConfig extends DefaultChannelConfig implements SocketChannelConfig {
    private final MillraceSocketChannel channel;
    private volatile int sendBufferSize;
    /** What is set of a stream's options, by their numbers there. */
    private final Map<StreamOption, Integer> chosen = new ConcurrentHashMap<>();
    private volatile boolean reuseAddress;
    private volatile int soLinger = -1;
    private volatile int trafficClass;
    private volatile boolean allowHalfClosure;

    MillraceSocketChannelConfig(MillraceSocketChannel channel) {
        super(channel);
        this.channel = channel;
    }

    @Override
    protected void autoReadCleared() {
        channel.clearReadPending();
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), ChannelOption.SO_RCVBUF, ChannelOption.SO_SNDBUF, ChannelOption.TCP_NODELAY,
            ChannelOption.SO_KEEPALIVE, ChannelOption.SO_REUSEADDR, ChannelOption.SO_LINGER,
            ChannelOption.IP_TOS, ChannelOption.ALLOW_HALF_CLOSURE, MillraceChannelOption.TCP_CORK,
            MillraceChannelOption.TCP_USER_TIMEOUT, MillraceChannelOption.TCP_KEEPIDLE, MillraceChannelOption.TCP_KEEPINTVL,
            MillraceChannelOption.TCP_KEEPCNT);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T getOption(ChannelOption<T> option) {
        if (option == ChannelOption.SO_SNDBUF) {
            return (T) Integer.valueOf(sendBufferSize);
        }
        StreamOption streams = MillraceChannelOption.streamOption(option.name());
        if (streams != null) {
            return (T) (streams.most() == 1 ? (Object) (value(streams) != 0) : (Object) value(streams));
        }
        if (option == ChannelOption.SO_REUSEADDR) {
            return (T) Boolean.valueOf(reuseAddress);
        }
        if (option == ChannelOption.SO_LINGER) {
            return (T) Integer.valueOf(soLinger);
        }
        if (option == ChannelOption.IP_TOS) {
            return (T) Integer.valueOf(trafficClass);
        }
        if (option == ChannelOption.ALLOW_HALF_CLOSURE) {
            return (T) Boolean.valueOf(allowHalfClosure);
        }
        return super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        validate(option, value);
        if (option == ChannelOption.SO_SNDBUF) {
            setSendBufferSize((Integer) value);
        } else if (MillraceChannelOption.streamOption(option.name()) != null) {
            choose(MillraceChannelOption.streamOption(option.name()), value instanceof Boolean on ? on ? 1 : 0 : (Integer) value);
        } else if (option == ChannelOption.SO_REUSEADDR) {
            setReuseAddress((Boolean) value);
        } else if (option == ChannelOption.SO_LINGER) {
            setSoLinger((Integer) value);
        } else if (option == ChannelOption.IP_TOS) {
            setTrafficClass((Integer) value);
        } else if (option == ChannelOption.ALLOW_HALF_CLOSURE) {
            setAllowHalfClosure((Boolean) value);
        } else {
            return super.setOption(option, value);
        }
        return true;
    }

    /** What an accepted stream has of its listener, as Linux has it: SO_RCVBUF. */
    void inherit(ServerSocketChannelConfig listener) {
        if (listener.getReceiveBufferSize() != 0) {
            setReceiveBufferSize(listener.getReceiveBufferSize());
        }
    }

    private void choose(StreamOption option, int value) {
        option.check(value);
        boolean leavesIt = option == StreamOption.KEEPALIVE && value == 0 && !chosen.containsKey(option);
        if (!leavesIt) { // Vert.x says no to every connection by default: that is not to silence the instance's keepalive
            chosen.put(option, value);
            channel.optionsSet();
        }
    }

    /** As set, else as Linux has it; what an instance says of it is not known here. */
    private int value(StreamOption option) {
        return chosen.getOrDefault(option, switch (option) {
            case NO_DELAY -> 1;
            case KEEPALIVE_IDLE_S -> 7_200;
            case KEEPALIVE_INTERVAL_S -> 75;
            case KEEPALIVE_PROBES -> 9;
            default -> 0;
        });
    }

    /** {@return what is set of a stream's options} */
    Map<StreamOption, Integer> chosen() {
        return chosen;
    }

    @Override
    public int getReceiveBufferSize() {
        return value(StreamOption.RECEIVE_BYTES);
    }

    @Override
    public SocketChannelConfig setReceiveBufferSize(int value) {
        choose(StreamOption.RECEIVE_BYTES, value);
        return this;
    }

    @Override
    public int getSendBufferSize() {
        return sendBufferSize;
    }

    @Override
    public SocketChannelConfig setSendBufferSize(int value) {
        sendBufferSize = value;
        channel.optionsSet();
        return this;
    }

    @Override
    public boolean isTcpNoDelay() {
        return value(StreamOption.NO_DELAY) != 0;
    }

    @Override
    public SocketChannelConfig setTcpNoDelay(boolean value) {
        choose(StreamOption.NO_DELAY, value ? 1 : 0);
        return this;
    }

    @Override
    public boolean isKeepAlive() {
        return value(StreamOption.KEEPALIVE) != 0;
    }

    @Override
    public SocketChannelConfig setKeepAlive(boolean value) {
        choose(StreamOption.KEEPALIVE, value ? 1 : 0);
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        return reuseAddress;
    }

    @Override
    public SocketChannelConfig setReuseAddress(boolean value) {
        reuseAddress = value;
        channel.optionsSet();
        return this;
    }

    @Override
    public int getSoLinger() {
        return soLinger;
    }

    @Override
    public SocketChannelConfig setSoLinger(int value) {
        soLinger = value;
        choose(StreamOption.LINGER_MS, Math.clamp(value, 0, StreamOption.LINGER_MS.most() / 1_000) * 1_000);
        return this;
    }

    @Override
    public int getTrafficClass() {
        return trafficClass;
    }

    @Override
    public SocketChannelConfig setTrafficClass(int value) {
        trafficClass = value;
        choose(StreamOption.DSCP, value >> 2 & StreamOption.DSCP.most());
        return this;
    }

    @Override
    public boolean isAllowHalfClosure() {
        return allowHalfClosure;
    }

    @Override
    public SocketChannelConfig setAllowHalfClosure(boolean value) {
        allowHalfClosure = value;
        return this;
    }

    @Override
    public SocketChannelConfig setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        return this;
    }

    @Override
    public SocketChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public SocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public SocketChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public SocketChannelConfig setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    public SocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }

    @Override
    public SocketChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark waterMark) {
        super.setWriteBufferWaterMark(waterMark);
        return this;
    }

    @Override
    public SocketChannelConfig setConnectTimeoutMillis(int millis) {
        super.setConnectTimeoutMillis(millis);
        return this;
    }

    @Override
    public SocketChannelConfig setWriteSpinCount(int count) {
        super.setWriteSpinCount(count);
        return this;
    }

    @Override
    @Deprecated
    public SocketChannelConfig setMaxMessagesPerRead(int messages) {
        super.setMaxMessagesPerRead(messages);
        return this;
    }
}
