package org.millrace.tcp.control.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.ContextRequest;
import org.millrace.api.context.StreamOption;
import org.millrace.tcp.control.FakeHost;
import org.millrace.tcp.control.format.FieldReader;
import org.millrace.tcp.control.format.FieldWriter;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.wire.TcpHeader;

class StreamOptionsTest {
    private static StreamOptions of(String... config) {
        return new StreamOptions(TcpConfig.parse(config.length == 0 ? Map.of() : Map.of(config[0], config[1])));
    }

    @Test
    void whatIsNotChosenIsTheConfigurations() {
        assertThat(of().get(StreamOption.NO_DELAY)).isOne();
        assertThat(of("nodelay", "off").get(StreamOption.NO_DELAY)).isZero();
        assertThat(of("keepalive-s", "7").get(StreamOption.KEEPALIVE)).isOne();
        assertThat(of("keepalive-s", "7").get(StreamOption.KEEPALIVE_IDLE_S)).isEqualTo(7);
        assertThat(of().get(StreamOption.KEEPALIVE_IDLE_S)).as("RFC 9293 MUST-28").isEqualTo(7_200);
        StreamOptions options = of("dscp", "10");
        options.set(StreamOption.DSCP, 0);
        assertThat(options.get(StreamOption.DSCP)).isZero();
    }

    @Test
    void lingerOfZeroIsTheConfigurationsAgain() {
        StreamOptions options = of("linger-ms", "5000");
        options.set(StreamOption.LINGER_MS, 1_000);
        assertThat(options.lingersInAll()).isTrue();
        options.set(StreamOption.LINGER_MS, 0);
        assertThat(options.lingersInAll()).isFalse();
        assertThat(options.lingerNs()).isEqualTo(5_000_000_000L);
    }

    @Test
    void onlyWhatIsChosenIsHandedOver() throws IOException {
        StreamOptions options = of("dscp", "10");
        options.set(StreamOption.CORK, 1);
        FieldWriter writer = new FieldWriter(0);
        options.walk(writer);
        StreamOptions there = of("dscp", "20");
        there.walk(new FieldReader(writer.toBytes(), writer.version(), 0));
        assertThat(there.get(StreamOption.CORK)).isOne();
        assertThat(there.get(StreamOption.DSCP)).as("the new side's").isEqualTo(20);
    }

    @Test
    void whatNobodyCouldChooseIsNotTakenOver() throws IOException {
        FieldWriter writer = new FieldWriter(0);
        writer.bit(true);
        writer.i32(2);
        assertThatThrownBy(() -> of().walk(new FieldReader(writer.toBytes(), writer.version(), 0))).hasMessage("NO_DELAY is 2, allowed is 0 to 1");
    }

    @Test
    void programAndNetworkAreToldAndAgainAfterASwap() {
        FakeHost host = new FakeHost();
        host.accept();
        int connection = host.control.connections().getLast().connection();
        int flow = host.flows.getLast();
        host.takeCalls();
        host.request(ContextRequest.Kind.OPTION, 0, connection, StreamOption.NO_DELAY.code(), null, null, 0);
        host.request(ContextRequest.Kind.OPTION, 0, connection, StreamOption.DSCP.code(), null, null, 46);
        assertThat(host.takeCalls()).startsWith("gather nagle " + flow);
        assertThat(host.dscpOf).containsEntry(flow, 46);
        host.dscpOf.clear();
        host.swap();
        assertThat(host.dscpOf).containsEntry(flow, 46);
        assertThat(host.control.connections().getLast().detail()).contains(" nagle dscp=46");
    }

    @Test
    void aListenersCodePointIsItsAnswersAndItsStreams() {
        FakeHost host = new FakeHost();
        host.control.request(new ContextRequest(ContextRequest.Kind.LISTEN, 0, -1, 77, FakeHost.address("10.0.0.1", 80), null, 128,
            46), host.now);
        host.deliver(FakeHost.from(4000, 80).flags(TcpHeader.SYN).seq(100).mss(1460));
        assertThat(host.tos).isEqualTo(46 << 2);
        int iss = FakeHost.field(host.sent.getLast(), "seq");
        host.deliver(FakeHost.from(4000, 80).seq(101).ack(iss + 1));
        assertThat(host.dscpOf).containsEntry(host.flows.getLast(), 46);
    }
}
