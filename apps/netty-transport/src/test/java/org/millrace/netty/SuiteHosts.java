package org.millrace.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.EventLoopGroup;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import java.util.List;

/** The hosts and loops that Netty's tests share, on a memory port or a veth pair; they end with the virtual machine. */
final class SuiteHosts {
    /** System property: the interfaces of a veth pair, with a comma between. */
    static final String VETH = "millrace.suite.veth";
    private static final TwoHosts HOSTS = hosts(System.getProperty(VETH));
    private static final EventLoopGroup BOSS = HOSTS.serverLoops(1);
    private static final EventLoopGroup WORKERS = HOSTS.serverLoops(2);
    private static final EventLoopGroup CLIENTS = HOSTS.clientLoops(2);

    private SuiteHosts() {
    }

    private static TwoHosts hosts(String veth) {
        return veth == null ? new TwoHosts() : new TwoHosts(veth.split(",")[0], veth.split(",")[1]);
    }

    static List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> sockets() {
        return List.of(new BootstrapComboFactory<>() {
            @Override
            public ServerBootstrap newServerInstance() {
                return server();
            }

            @Override
            public Bootstrap newClientInstance() {
                return client();
            }
        });
    }

    static List<BootstrapFactory<ServerBootstrap>> servers() {
        return List.of(SuiteHosts::server);
    }

    static List<BootstrapFactory<Bootstrap>> clients() {
        return List.of(SuiteHosts::client);
    }

    private static ServerBootstrap server() {
        return new ServerBootstrap().group(BOSS, WORKERS).channel(MillraceServerSocketChannel.class);
    }

    private static Bootstrap client() {
        return new Bootstrap().group(CLIENTS).channel(MillraceSocketChannel.class);
    }
}
