package org.millrace.nio;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

/** The JDK's HTTP client: gets bytes, posts bytes, and prints the hash of each and the time. */
final class JdkClient {
    private JdkClient() {
    }

    public static void main(String[] arguments) throws Exception {
        String server = "http://" + arguments[0] + ":" + arguments[1];
        long length = Long.parseLong(arguments[2]);
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        long start = System.nanoTime();
        HttpRequest get = HttpRequest.newBuilder(URI.create(server + "/" + length)).build();
        try (InputStream body = client.send(get, BodyHandlers.ofInputStream()).body()) {
            print("GET", Payload.hash(body), start);
        }
        start = System.nanoTime();
        HttpRequest post = HttpRequest.newBuilder(URI.create(server + "/"))
            .POST(BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> new Payload(length, 1)), length)).build();
        print("POST", client.send(post, BodyHandlers.ofString()).body(), start);
    }

    private static void print(String what, String hash, long startNs) {
        System.out.println(what + " " + hash + " " + (System.nanoTime() - startNs) / 1_000_000 + " ms");
    }
}
