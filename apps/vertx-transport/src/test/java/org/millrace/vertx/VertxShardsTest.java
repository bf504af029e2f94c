package org.millrace.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.PoolOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HTTP over instances of two shards; the clients' loops ask for one each. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class VertxShardsTest {
    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @Test
    void requestsAreAnsweredOverBothShards() throws Exception {
        try (TwoHosts hosts = new TwoHosts(2)) {
            MillraceTransport asking = MillraceTransport.over(hosts.client, TwoHosts.SIZE);
            Vertx server = Vertx.builder().withTransport(MillraceTransport.over(hosts.server, TwoHosts.SIZE)).build();
            Vertx client = Vertx.builder().withTransport(asking.shardAffinity()).build();
            HttpServer http = get(server.createHttpServer().requestHandler(request -> request.body().onSuccess(body ->
                request.response().end(body.appendString(" of " + request.path())))).listen(0, TwoHosts.SERVER));
            HttpClient requests = client.createHttpClient(new PoolOptions().setEventLoopSize(2)); // one loop would be one shard
            List<Future<Buffer>> answers = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                int number = i;
                answers.add(requests.request(HttpMethod.POST, http.actualPort(), TwoHosts.SERVER, "/" + i)
                    .compose(request -> request.send("n" + number)).compose(response -> response.body()));
            }
            for (int i = 0; i < answers.size(); i++) {
                assertThat(get(answers.get(i))).hasToString("n" + i + " of /" + i);
            }
            assertThat(hosts.client.figuresByShard()).hasSize(2)
                .allSatisfy(shard -> assertThat(shard.receivedPayloadBytes()).isPositive());
            get(requests.close()); // held until here: Vert.x closes a client that is garbage
            get(client.close());
            get(server.close());
        }
    }

    @Test
    void propertyAsksForShards() {
        System.setProperty(MillraceTransport.INSTANCE, "none");
        System.setProperty("millrace.shard-affinity", "true");
        try {
            assertThat(MillraceTransport.fromProperties().hasShardAffinity()).isTrue();
            System.clearProperty("millrace.shard-affinity");
            assertThat(MillraceTransport.fromProperties().hasShardAffinity()).isFalse();
        } finally {
            System.clearProperty(MillraceTransport.INSTANCE);
            System.clearProperty("millrace.shard-affinity");
        }
    }
}
