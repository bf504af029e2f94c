package org.millrace.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConnectAttemptTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ChannelPromise promise = channel.newPromise();
    private final ConnectAttempt attempt = new ConnectAttempt(new InetSocketAddress("10.0.0.2", 80), promise);
    private int late;

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void endsWhenItsTimeIsOver() {
        channel.freezeTime();
        attempt.limitTime(channel.eventLoop(), 100, () -> late++);
        pass(99);
        assertThat(promise.isDone()).isFalse();
        pass(1);
        assertThat(late).isEqualTo(1);
        assertThat(promise.cause()).isInstanceOf(ConnectTimeoutException.class)
            .hasMessage("connection timed out after 100 ms: /10.0.0.2:80");
        assertThat(attempt.succeed()).isFalse();
    }

    @Test
    void hasNoLimitOfZero() {
        channel.freezeTime();
        attempt.limitTime(channel.eventLoop(), 0, () -> late++);
        pass(1_000_000);
        assertThat(promise.isDone()).isFalse();
    }

    @Test
    void succeedsOnceAndIsNeverLate() {
        channel.freezeTime();
        attempt.limitTime(channel.eventLoop(), 100, () -> late++);
        assertThat(attempt.succeed()).isTrue();
        assertThat(attempt.succeed()).isFalse();
        attempt.fail(new ConnectException("too late"));
        pass(100);
        assertThat(late).isZero();
        assertThat(promise.isSuccess()).isTrue();
    }

    @Test
    void failsOnceAndIsNeverLate() {
        channel.freezeTime();
        attempt.limitTime(channel.eventLoop(), 100, () -> late++);
        attempt.fail(new ConnectException("refused"));
        attempt.fail(new ConnectException("again"));
        pass(100);
        assertThat(late).isZero();
        assertThat(promise.cause()).hasMessage("refused");
    }

    @Test
    void nobodyWaitsForACancelledOne() {
        promise.cancel(false);
        assertThat(attempt.succeed()).isFalse();
    }
}
