package org.millrace.vertx;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A process to be killed: the instance that the test attaches to, and at the other end of its wire who asks its server. */
final class AskingRuntime {
    static final int PORT = 80;

    private AskingRuntime() {
    }

    public static void main(String[] arguments) throws IOException {
        TwoHosts hosts = new TwoHosts(Path.of(arguments[0]));
        HttpClient http = Vertx.builder().withTransport(MillraceTransport.over(hosts.client, TwoHosts.SIZE)).build()
            .createHttpClient();
        System.out.println("ready");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (input.readLine() != null) {
            http.request(HttpMethod.GET, PORT, TwoHosts.SERVER, "/").compose(request -> request.send())
                .compose(response -> response.body())
                .onComplete(answer -> System.out.println(answer.succeeded() ? answer.result() : answer.cause()));
        }
    }
}
