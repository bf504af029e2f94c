package org.millrace.fileserver.osgi;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.millrace.api.context.ContextProvider;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.fileserver.Services;
import org.millrace.toe.ToeFailure;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * The services as an application of a configured instance. Keys: {@code listen}, {@code ADDRESS:PORT} of the HTTP server,
 * and {@code root}, the directory that it serves, are required; {@code echo}, {@code discard} and {@code source},
 * {@code ADDRESS:PORT} of these services, may be given; so may {@code head-seconds}, the time for a request's head, and
 * {@code idle-seconds}, that without progress.
 */
@Component(name = "org.millrace.fileserver", configurationPid = "org.millrace.fileserver", service = {},
    configurationPolicy = ConfigurationPolicy.REQUIRE, immediate = true)
public final class FileServerComponent {
    private static final List<String> KEYS = List.of("listen", "root", "echo", "discard", "source", "head-seconds",
        "idle-seconds");
    private static final Set<String> SERVICES = Set.of("listen", "echo", "discard", "source");
    private static final int MAX_SECONDS = 86_400;
    private static final Pattern ADDRESS = Pattern.compile("([0-9]{1,3}(?:\\.[0-9]{1,3}){3}):([0-9]{1,5})");
    private static final Pattern FRAMEWORK_KEY = Pattern.compile("(?:component|service|osgi)\\..*|.*\\.target");
    private static final long LIMIT_S = 10;

    private final Services services;
    private final Thread thread;

    /**
     * Starts the services and returns when they listen.
     *
     * @param provider      of contexts
     * @param configuration the keys
     * @throws IOException if a service cannot have its address
     * @throws InterruptedException if it may not wait until they listen
     * @throws IllegalArgumentException if a key or value is wrong, naming it and what is allowed
     */
    @Activate
    public FileServerComponent(@Reference ContextProvider provider, Map<String, Object> configuration)
        throws IOException, InterruptedException {
        Map<String, String> options = options(configuration);
        Map<String, InetSocketAddress> addresses = addresses(options);
        Path root = Path.of(required(options, "root", "a directory"));
        if (!root.isAbsolute() || !root.toFile().isDirectory()) {
            throw wrong("root", root.toString(), "the absolute path of a directory that is there");
        }
        services = new Services(provider, ContextSize.DEFAULT,
            new Services.Patience(secondsNs(options, "head-seconds", 10), secondsNs(options, "idle-seconds", 60)));
        thread = Thread.ofPlatform().name("fileserver").unstarted(services::run);
        Map<String, CompletableFuture<InetSocketAddress>> listening = new LinkedHashMap<>();
        for (Map.Entry<String, InetSocketAddress> entry : addresses.entrySet()) {
            InetSocketAddress at = entry.getValue();
            listening.put(entry.getKey(), switch (entry.getKey()) {
                case "echo" -> services.echo(at);
                case "discard" -> services.discard(at);
                case "source" -> services.source(at);
                default -> services.http(at, root);
            });
        }
        thread.start();
        await(listening);
    }

    private static Map<String, String> options(Map<String, Object> configuration) {
        Map<String, String> options = new TreeMap<>();
        configuration.forEach((key, value) -> {
            if (KEYS.contains(key)) {
                options.put(key, String.valueOf(value));
            } else if (!FRAMEWORK_KEY.matcher(key).matches()) {
                throw wrong(key, String.valueOf(value), "one of the keys " + String.join(", ", KEYS));
            }
        });
        return options;
    }

    private static Map<String, InetSocketAddress> addresses(Map<String, String> options) {
        required(options, "listen", "ADDRESS:PORT");
        Map<String, InetSocketAddress> addresses = new LinkedHashMap<>();
        options.forEach((key, value) -> {
            if (SERVICES.contains(key)) {
                addresses.put(key, address(key, value));
            }
        });
        return addresses;
    }

    private static InetSocketAddress address(String key, String value) {
        var matcher = ADDRESS.matcher(value);
        try {
            if (matcher.matches()) {
                return new InetSocketAddress(InetAddress.ofLiteral(matcher.group(1)),
                    Integer.parseInt(matcher.group(2)));
            }
        } catch (IllegalArgumentException e) {
            // refused below
        }
        throw wrong(key, value, "ADDRESS:PORT, like 10.77.0.2:80");
    }

    private static long secondsNs(Map<String, String> options, String key, int standard) {
        String text = options.getOrDefault(key, Integer.toString(standard));
        int seconds = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
        if (seconds < 1 || seconds > MAX_SECONDS) {
            throw wrong(key, text, "a number from 1 to " + MAX_SECONDS);
        }
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    private static String required(Map<String, String> options, String key, String allowed) {
        String value = options.get(key);
        if (value == null || value.isEmpty()) {
            throw wrong(key, "nothing", allowed);
        }
        return value;
    }

    private static IllegalArgumentException wrong(String key, String found, String allowed) {
        return new IllegalArgumentException("app.fileserver." + key + " is " + found + ", allowed is " + allowed);
    }

    private void await(Map<String, CompletableFuture<InetSocketAddress>> listening)
        throws IOException, InterruptedException {
        for (Map.Entry<String, CompletableFuture<InetSocketAddress>> entry : listening.entrySet()) {
            try {
                entry.getValue().get(LIMIT_S, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                stop();
                String reason = "app.fileserver." + entry.getKey() + ": " + e.getCause().getMessage();
                if (e.getCause() instanceof ToeFailure failure && failure.status() == Status.ADDRESS_NOT_AVAILABLE) {
                    throw new IllegalArgumentException(reason);
                }
                throw new IOException(reason);
            } catch (TimeoutException e) {
                stop();
                throw new IOException("app.fileserver." + entry.getKey() + ": the runtime has not answered in "
                    + LIMIT_S + " s");
            }
        }
    }

    /**
     * Ends the services.
     *
     * @throws InterruptedException if it may not wait until they have ended
     */
    @Deactivate
    public void stop() throws InterruptedException {
        services.close();
        thread.join(TimeUnit.SECONDS.toMillis(LIMIT_S));
    }
}
