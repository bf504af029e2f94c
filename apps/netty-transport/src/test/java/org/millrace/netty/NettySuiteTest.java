package org.millrace.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.CompositeBufferGatheringWriteTest;
import io.netty.testsuite.transport.socket.ServerSocketSuspendTest;
import io.netty.testsuite.transport.socket.SocketAddressesTest;
import io.netty.testsuite.transport.socket.SocketAutoReadTest;
import io.netty.testsuite.transport.socket.SocketBufReleaseTest;
import io.netty.testsuite.transport.socket.SocketCancelWriteTest;
import io.netty.testsuite.transport.socket.SocketChannelNotYetConnectedTest;
import io.netty.testsuite.transport.socket.SocketCloseForciblyTest;
import io.netty.testsuite.transport.socket.SocketConditionalWritabilityTest;
import io.netty.testsuite.transport.socket.SocketConnectTest;
import io.netty.testsuite.transport.socket.SocketConnectionAttemptTest;
import io.netty.testsuite.transport.socket.SocketDataReadInitialStateTest;
import io.netty.testsuite.transport.socket.SocketEchoTest;
import io.netty.testsuite.transport.socket.SocketExceptionHandlingTest;
import io.netty.testsuite.transport.socket.SocketFileRegionTest;
import io.netty.testsuite.transport.socket.SocketFixedLengthEchoTest;
import io.netty.testsuite.transport.socket.SocketGatheringWriteTest;
import io.netty.testsuite.transport.socket.SocketHalfClosedTest;
import io.netty.testsuite.transport.socket.SocketMultipleConnectTest;
import io.netty.testsuite.transport.socket.SocketObjectEchoTest;
import io.netty.testsuite.transport.socket.SocketReadPendingTest;
import io.netty.testsuite.transport.socket.SocketRstTest;
import io.netty.testsuite.transport.socket.SocketShutdownOutputByPeerTest;
import io.netty.testsuite.transport.socket.SocketShutdownOutputBySelfTest;
import io.netty.testsuite.transport.socket.SocketSpdyEchoTest;
import io.netty.testsuite.transport.socket.SocketSslClientRenegotiateTest;
import io.netty.testsuite.transport.socket.SocketSslEchoTest;
import io.netty.testsuite.transport.socket.SocketSslGreetingTest;
import io.netty.testsuite.transport.socket.SocketSslSessionReuseTest;
import io.netty.testsuite.transport.socket.SocketStartTlsTest;
import io.netty.testsuite.transport.socket.SocketStringEchoTest;
import io.netty.testsuite.transport.socket.TrafficShapingHandlerTest;
import io.netty.testsuite.transport.socket.WriteBeforeRegisteredTest;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Netty's own socket tests over Millrace. What is left out, and why: docs/netty-testsuite.md. */
class NettySuiteTest {
    @Nested
    class CompositeBufferGatheringWrite extends CompositeBufferGatheringWriteTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class ServerSocketSuspend extends ServerSocketSuspendTest {
        @Override
        protected List<BootstrapFactory<ServerBootstrap>> newFactories() {
            return SuiteHosts.servers();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketAddresses extends SocketAddressesTest {
        @Test
        @Disabled("binds the client to the server's address")
        @Override
        public void testAddresses(TestInfo info) {
        }

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }

        @Override
        protected void assertAddress(SocketAddress address) {
            assertThat(((InetSocketAddress) address).getPort()).isPositive();
        }
    }

    @Nested
    class SocketAutoRead extends SocketAutoReadTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketBufRelease extends SocketBufReleaseTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketCancelWrite extends SocketCancelWriteTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketChannelNotYetConnected extends SocketChannelNotYetConnectedTest {
        @Test
        @Disabled("its server is a kernel socket")
        @Override
        public void readMustBePendingUntilChannelIsActive(TestInfo info) {
        }

        @Override
        protected List<BootstrapFactory<Bootstrap>> newFactories() {
            return SuiteHosts.clients();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketCloseForcibly extends SocketCloseForciblyTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketConditionalWritability extends SocketConditionalWritabilityTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketConnect extends SocketConnectTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketConnectionAttempt extends SocketConnectionAttemptTest {
        @Override
        protected List<BootstrapFactory<Bootstrap>> newFactories() {
            return SuiteHosts.clients();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketDataReadInitialState extends SocketDataReadInitialStateTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketEcho extends SocketEchoTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketExceptionHandling extends SocketExceptionHandlingTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketFileRegion extends SocketFileRegionTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketFixedLengthEcho extends SocketFixedLengthEchoTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketGatheringWrite extends SocketGatheringWriteTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketHalfClosed extends SocketHalfClosedTest {
        @Test
        @Disabled("waits in its event loop for the other end's close, which does not come")
        @Override
        public void testAutoCloseFalseDoesShutdownOutput(TestInfo info) {
        }

        @Test
        @Disabled("not for NIO: wants the end told to who does not read")
        @Override
        public void testAllDataReadEventTriggeredAfterHalfClosure(TestInfo info) {
        }

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketMultipleConnect extends SocketMultipleConnectTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketObjectEcho extends SocketObjectEchoTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketReadPending extends SocketReadPendingTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketRst extends SocketRstTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    @Disabled("its client is a kernel socket")
    class SocketShutdownOutputByPeer extends SocketShutdownOutputByPeerTest {
        @Override
        protected List<BootstrapFactory<ServerBootstrap>> newFactories() {
            return SuiteHosts.servers();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    @Disabled("its server is a kernel socket")
    class SocketShutdownOutputBySelf extends SocketShutdownOutputBySelfTest {
        @Override
        protected List<BootstrapFactory<Bootstrap>> newFactories() {
            return SuiteHosts.clients();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketSpdyEcho extends SocketSpdyEchoTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketSslClientRenegotiate extends SocketSslClientRenegotiateTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    @EnabledIfSystemProperty(named = "millrace.suite", matches = "all", disabledReason = "96 runs, half a minute")
    class SocketSslEcho extends SocketSslEchoTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketSslGreeting extends SocketSslGreetingTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketSslSessionReuse extends SocketSslSessionReuseTest {
        @Test
        @Disabled("needs the OpenSSL engine")
        @Override
        public void testSslSessionTrustManagerResumption(SslContextBuilder server, SslContextBuilder client,
                                                         TestInfo info) {
        }

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketStartTls extends SocketStartTlsTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class SocketStringEcho extends SocketStringEchoTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    @EnabledIfSystemProperty(named = "millrace.suite", matches = "all", disabledReason = "waits for its rates")
    class TrafficShapingHandler extends TrafficShapingHandlerTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return SuiteHosts.sockets();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }

    @Nested
    class WriteBeforeRegistered extends WriteBeforeRegisteredTest {
        @Override
        protected List<BootstrapFactory<Bootstrap>> newFactories() {
            return SuiteHosts.clients();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return TwoHosts.anyPort();
        }
    }
}
