package org.millrace.vertx.osgi;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.millrace.api.context.ContextProvider;
import org.millrace.vertx.MillraceTransport;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Vertx} over a data path of this process, offered as a service with the configuration as its properties. Keys:
 * {@code event-loops}, how many; {@code route}, the IPv4 prefixes that are Millrace's, comma-separated: all if not given.
 */
@Component(name = "org.millrace.vertx", configurationPid = "org.millrace.vertx", service = {},
    configurationPolicy = ConfigurationPolicy.REQUIRE, immediate = true)
public final class VertxComponent {
    private static final Logger LOG = LoggerFactory.getLogger(VertxComponent.class);
    private static final List<String> KEYS = List.of("event-loops", "route");
    private static final Pattern FRAMEWORK_KEY = Pattern.compile("(?:component|service|osgi|felix)\\..*|.*\\.target");
    private static final int MAX_EVENT_LOOPS = 1024;
    private static final long CLOSE_SECONDS = 10;

    private final Vertx vertx;
    private final ServiceRegistration<Vertx> service;

    /**
     * Starts Vert.x.
     *
     * @param provider      the data path
     * @param context       where the service is registered
     * @param configuration the keys
     * @throws IllegalArgumentException if a key or value is wrong, naming it and what is allowed
     */
    @Activate
    public VertxComponent(@Reference ContextProvider provider, BundleContext context,
                          Map<String, Object> configuration) {
        Dictionary<String, Object> own = new Hashtable<>();
        configuration.forEach((key, value) -> {
            if (KEYS.contains(key)) {
                own.put(key, String.valueOf(value));
            } else if (!FRAMEWORK_KEY.matcher(key).matches()) {
                throw wrong(key, value, "one of the keys " + String.join(", ", KEYS));
            }
        });
        VertxOptions options = new VertxOptions();
        if (own.get("event-loops") != null) {
            options.setEventLoopPoolSize(eventLoops(own.get("event-loops").toString()));
        }
        vertx = start(options, transport(provider, (String) own.get("route")));
        service = context.registerService(Vertx.class, vertx, own);
    }

    private static IllegalArgumentException wrong(String key, Object found, String allowed) {
        return new IllegalArgumentException("app.vertx." + key + " is " + found + ", allowed is " + allowed);
    }

    private static int eventLoops(String value) {
        try {
            int count = Integer.parseInt(value);
            if (count > 0 && count <= MAX_EVENT_LOOPS) {
                return count;
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw wrong("event-loops", value, "1 to " + MAX_EVENT_LOOPS);
    }

    private static MillraceTransport transport(ContextProvider provider, String route) {
        MillraceTransport transport = MillraceTransport.over(provider);
        if (route == null) {
            return transport;
        }
        List<String> prefixes = new ArrayList<>();
        for (String prefix : route.split(",")) {
            prefixes.add(prefix.strip());
        }
        try {
            return transport.route(prefixes.toArray(String[]::new));
        } catch (IllegalArgumentException e) {
            throw wrong("route", route, "IPv4 prefixes: " + e.getMessage());
        }
    }

    /** Vert.x looks for its extensions by the thread's class loader, which in a framework is nobody's. */
    private static Vertx start(VertxOptions options, MillraceTransport transport) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(Vertx.class.getClassLoader());
        try {
            return Vertx.builder().with(options).withTransport(transport).build();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /**
     * Ends Vert.x, with all that runs on it.
     *
     * @throws InterruptedException if it may not wait for that
     */
    @Deactivate
    public void stop() throws InterruptedException {
        service.unregister();
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("Vert.x does not close: {}", e.toString());
        }
    }
}
