package org.millrace.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.runtime.Instance;

/** A clustered event bus: Hazelcast keeps the members over the kernel's loopback, messages go over Millrace. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ClusteredEventBusTest {
    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    /** Nothing but loopback: no multicast, nothing that phones home; at a port that is free, and with the member at a port if that is none. */
    private static HazelcastClusterManager membership(int other) {
        Config config = new Config().setClusterName("millrace-" + ProcessHandle.current().pid());
        config.setProperty("hazelcast.phone.home.enabled", "false").setProperty("hazelcast.logging.type", "slf4j")
            .setProperty("hazelcast.shutdownhook.enabled", "false").setProperty("hazelcast.socket.bind.any", "false")
            .setProperty("hazelcast.partition.count", "11");
        NetworkConfig network = config.getNetworkConfig().setPort(0).setPortAutoIncrement(false);
        network.getInterfaces().setEnabled(true).addInterface("127.0.0.1");
        JoinConfig join = network.getJoin();
        join.getMulticastConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true);
        if (other != 0) { // or does not begin: without, who is slow to find the other is a cluster of its own
            join.getTcpIpConfig().setRequiredMember("127.0.0.1:" + other);
        }
        return new HazelcastClusterManager(config);
    }

    private static Future<Vertx> member(Instance instance, String address, HazelcastClusterManager membership) {
        return Vertx.builder()
            .with(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(4).setEventBusOptions(
                new EventBusOptions().setHost(address).setClusterPublicHost(address)))
            .withTransport(MillraceTransport.over(instance, TwoHosts.SIZE))
            .withClusterManager(membership).buildClustered();
    }

    private static long payload(Instance instance) {
        return instance.status().receivedPayloadBytes();
    }

    @Test
    void messagesBetweenMembersGoOverMillrace() throws Exception {
        try (TwoHosts hosts = new TwoHosts()) {
            HazelcastClusterManager first = membership(0);
            Vertx one = get(member(hosts.server, TwoHosts.SERVER, first));
            Vertx two = get(member(hosts.client, TwoHosts.CLIENT,
                membership(first.getHazelcastInstance().getCluster().getLocalMember().getAddress().getPort())));
            byte[] noise = new byte[200_000];
            new SplittableRandom(3).nextBytes(noise);
            get(one.eventBus().<Buffer>consumer("echo").handler(message -> message.reply(message.body())).completion());
            long before = payload(hosts.server);
            for (int i = 0; i < 5; i++) {
                Message<Buffer> reply = get(two.eventBus().request("echo", Buffer.buffer(noise)));
                assertThat(reply.body().getBytes()).isEqualTo(noise);
            }
            assertThat(payload(hosts.server) - before).isGreaterThan(5L * noise.length);
            assertThat(payload(hosts.client)).isGreaterThan(5L * noise.length);
            get(two.close());
            get(one.close());
        }
    }
}
