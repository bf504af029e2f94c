package org.millrace.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.api.context.ContextSize;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.operate.Installed;
import org.millrace.runtime.operate.Operations;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.Toe;

/** Metrics as Prometheus reads them: over HTTP. */
@Timeout(60)
class MetricsServerTest {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    /** The text format: name, labels, value. */
    private static final Pattern SAMPLE =
        Pattern.compile("([a-z][a-z0-9_]*)\\{([a-z_]+=\"[^\"]*\",?)+} (-?[0-9.]+(E-?[0-9]+)?|NaN)");

    private final MemoryPort[] wire = MemoryPort.pair(Map.of());
    private final Instance instance = start(wire[0]);
    private final Operations operations = new Operations(instance, Installed.of(List.of(), List.of()), () -> { });

    private record Wire(Port port) implements PortFactory {
        @Override
        public String kind() {
            return "test";
        }

        @Override
        public Port open(Map<String, String> options) {
            return port;
        }
    }

    private static Instance start(Port port) {
        return start(port, Map.of("instance", "one"));
    }

    private static Instance start(Port port, Map<String, String> more) {
        Map<String, String> config = new TreeMap<>(Map.of("hardware", "hw-bluefield", "transports", "tcp-flextoe", "port", "test",
            "address", "10.0.0.1/24"));
        config.putAll(more);
        return Instance.start(InstanceConfig.parse(config), List.of(new BluefieldBackend()), List.of(new FlexToeFactory()),
            List.of(new Wire(port)));
    }

    @AfterEach
    void close() {
        operations.close();
        instance.close();
        wire[1].close();
    }

    private static HttpResponse<String> get(String method, String url) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create(url)).method(method, HttpRequest.BodyPublishers.noBody())
                .build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void everythingCountedIsThereByThePrometheusConventions() throws Exception {
        try (MetricsServer server = MetricsServer.start("one", () -> operations, ANY_PORT);
             Toe toe = Toe.open(instance, new ContextSize(4, 16384, 16384, 64))) {
            ListenSocket listener = toe.listen(new InetSocketAddress("10.0.0.1", 80), 5);
            assertThat(toe.await(listener::isListening, PATIENCE_NS)).isTrue();
            HttpResponse<String> response = get("GET", server.url());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type")).hasValue(InstanceMetrics.CONTENT_TYPE);
            List<String> samples = response.body().lines().filter(line -> !line.startsWith("#")).toList();
            assertThat(samples).allMatch(line -> SAMPLE.matcher(line).matches());
            assertThat(samples).allMatch(line -> line.matches("(millrace|jvm|process)_.*") && line.contains("instance_name=\"one\""));
            assertThat(new TreeSet<>(samples.stream().map(line -> line.substring(0, line.indexOf('{'))).toList())).contains(
                "millrace_port_received_frames_total", "millrace_port_received_bytes_total", "millrace_contexts_open",
                "millrace_contexts_limit", "millrace_flows", "millrace_flows_limit", "millrace_request_queue_depth",
                "millrace_event_queue_depth", "millrace_transport_received_segments_total", "millrace_port_up");
            assertThat(samples).contains("millrace_contexts_open{instance_name=\"one\"} 1.0",
                "millrace_health{instance_name=\"one\",state=\"ready\"} 1.0",
                "millrace_health{instance_name=\"one\",state=\"down\"} 0.0",
                "millrace_connections{instance_name=\"one\",state=\"LISTEN\",transport=\"tcp-flextoe\"} 1.0");
            assertThat(samples).anyMatch(line -> line.startsWith("millrace_build_info{") && line.contains("version="));
            assertThat(samples).as("bytes are not events").noneMatch(line -> line.contains("_events_") && line.contains("bytes"))
                .contains("millrace_transport_retransmitted_bytes_total{instance_name=\"one\",transport=\"tcp-flextoe\"} 0.0");
            for (String name : List.of("jvm_memory_used_bytes", "jvm_threads_live_threads", "process_resident_memory_bytes",
                "process_cpu_seconds_total", "process_uptime_seconds", "process_files_open_files")) {
                assertThat(samples).anyMatch(line -> line.startsWith(name + "{") && !line.endsWith(" 0.0"));
            }
            listener.close();
            toe.flush();
            String later = get("GET", server.url()).body();
            while (!later.contains("state=\"LISTEN\",transport=\"tcp-flextoe\"} 0.0")) {
                later = get("GET", server.url()).body();
            }
        }
    }

    @Test
    void shardsHaveALabelIfThereAreSeveral() throws Exception {
        MemoryPort[] ends = MemoryPort.pair(Map.of());
        try (Instance two = start(ends[0], Map.of("instance", "two", "shards", "2"));
             Operations both = new Operations(two, Installed.of(List.of(), List.of()), () -> { });
             MetricsServer server = MetricsServer.start("two", () -> both, ANY_PORT)) {
            List<String> samples = get("GET", server.url()).body().lines().filter(line -> !line.startsWith("#")).toList();
            assertThat(samples).allMatch(line -> SAMPLE.matcher(line).matches());
            for (int shard = 0; shard < 2; shard++) {
                String labels = "{instance_name=\"two\",shard=\"" + shard + "\"";
                assertThat(samples).contains("millrace_contexts_open" + labels + "} 0.0", "millrace_port_received_frames_total" + labels + "} 0.0",
                    "millrace_shard_handed_over_frames_total" + labels + "} 0.0");
                assertThat(samples).anyMatch(line -> line.startsWith("millrace_round_seconds_count" + labels));
                assertThat(samples).anyMatch(line -> line.startsWith("millrace_transport_received_segments_total" + labels));
            }
            assertThat(samples).contains("millrace_port_up{instance_name=\"two\"} 1.0");
        } finally {
            ends[1].close();
        }
    }

    @Test
    void roundsAreAHistogramInSeconds() throws Exception {
        try (MetricsServer server = MetricsServer.start("one", () -> operations, ANY_PORT);
             Toe toe = Toe.open(instance, new ContextSize(4, 16384, 16384, 64))) {
            ListenSocket listener = toe.listen(new InetSocketAddress("10.0.0.1", 80), 5);
            assertThat(toe.await(listener::isListening, PATIENCE_NS)).isTrue();
            List<String> lines = get("GET", server.url()).body().lines().toList();
            assertThat(lines).contains("# TYPE millrace_round_seconds histogram", "# TYPE millrace_swap_pause_seconds histogram",
                "millrace_swap_pause_seconds_count{instance_name=\"one\"} 0");
            double count = value(lines, "millrace_round_seconds_count{");
            assertThat(count).isPositive();
            assertThat(value(lines, "millrace_round_seconds_bucket{instance_name=\"one\",le=\"+Inf\"}")).isEqualTo(count);
            assertThat(value(lines, "millrace_round_seconds_sum{")).isPositive();
        }
    }

    private static double value(List<String> lines, String beginning) {
        return lines.stream().filter(line -> line.startsWith(beginning))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf('}') + 2))).findFirst().orElseThrow();
    }

    @Test
    void endedInstanceIsDown() throws Exception {
        try (MetricsServer server = MetricsServer.start("one", () -> operations, ANY_PORT)) {
            instance.close();
            assertThat(get("GET", server.url()).body()).contains("millrace_health{instance_name=\"one\",state=\"down\"} 1.0",
                "millrace_port_up{instance_name=\"one\"} 0.0");
        }
    }

    @Test
    void onlyGetOfOnePathIsAnswered() throws Exception {
        try (MetricsServer server = MetricsServer.start("one", () -> operations, ANY_PORT)) {
            assertThat(get("POST", server.url()).statusCode()).isEqualTo(405);
            assertThat(get("GET", server.url() + "x").statusCode()).isEqualTo(404);
            assertThat(get("GET", server.url().replace("/metrics", "/")).statusCode()).isEqualTo(404);
            assertThat(server.url()).startsWith("http://127.0.0.1:");
        }
    }

    @Test
    void addressThatIsTakenIsRefused() throws Exception {
        try (MetricsServer server = MetricsServer.start("one", () -> operations, ANY_PORT)) {
            InetSocketAddress taken = new InetSocketAddress(InetAddress.getLoopbackAddress(),
                URI.create(server.url()).getPort());
            assertThatThrownBy(() -> MetricsServer.start("one", () -> operations, taken)).isInstanceOf(IOException.class)
                .hasMessageContaining("in use");
        }
    }
}
