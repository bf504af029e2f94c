package org.millrace.launcher;

import static org.millrace.launcher.image.LaunchException.BAD_CONFIGURATION;
import static org.millrace.launcher.image.LaunchException.FAILED;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.millrace.launcher.image.LaunchException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** Hands components their configurations and watches them start, change and end. */
final class ComponentStates {
    private static final Pattern THROWN = Pattern.compile("(?m)^(?:Caused by: )?([\\w.$]+)(?:: (.*))?$");
    /** Then what is waited for does not come. */
    private static final long WAITS_NS = TimeUnit.SECONDS.toNanos(30);
    /** Then what is being done does not end. */
    private static final long HANGS_NS = TimeUnit.SECONDS.toNanos(120);
    private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(15);

    private final ConfigurationAdmin configurations;
    private final ServiceComponentRuntime components;

    ComponentStates(BundleContext context) {
        configurations = service(context, ConfigurationAdmin.class);
        components = service(context, ServiceComponentRuntime.class);
    }

    private static <T> T service(BundleContext context, Class<T> type) {
        ServiceReference<T> reference = context.getServiceReference(type);
        if (reference == null) {
            throw new IllegalStateException("no bundle offers " + type.getName());
        }
        return context.getService(reference);
    }

    /** Configures every component that a file names, and returns when all of them are active. */
    void start(Configuration configuration) throws LaunchException {
        checkNames(configuration);
        configuration.components().forEach((component, values) -> update(component, configuration.name(), values));
        awaitActive(configuration);
    }

    /** Configures what has changed. The runtime says itself what it takes; applications start anew. */
    void change(Configuration before, Configuration after) throws LaunchException {
        checkNames(after);
        before.components().keySet().stream().filter(component -> !after.components().containsKey(component))
            .forEach(component -> delete(component, after.name()));
        after.components().forEach((component, values) -> {
            if (!values.equals(before.components().get(component))) {
                update(component, after.name(), values);
            }
        });
        awaitActive(after);
    }

    /** Ends the applications of a file, then its runtime, and returns when they are gone. */
    void stop(Configuration configuration) throws LaunchException {
        List<String> runtimeLast = new ArrayList<>(configuration.components().keySet());
        runtimeLast.remove(Configuration.RUNTIME);
        runtimeLast.add(Configuration.RUNTIME);
        for (String component : runtimeLast) {
            delete(component, configuration.name());
            await(() -> states(component, configuration.name()).isEmpty(), () -> true, () -> component + " has not ended");
        }
    }

    private void checkNames(Configuration configuration) throws LaunchException {
        for (String component : configuration.components().keySet()) {
            if (descriptions(component).isEmpty()) {
                throw new LaunchException(BAD_CONFIGURATION, component.replaceFirst("org\\.millrace", "app")
                    + " names no application, allowed is " + names());
            }
        }
    }

    private void update(String component, String name, Map<String, String> values) {
        try {
            Dictionary<String, Object> dictionary = new Hashtable<>(values);
            if (!component.equals(Configuration.RUNTIME)) { // its contexts come from the runtime of the same file
                dictionary.put("provider.target", "(service.pid=" + Configuration.RUNTIME + "~" + name + ")");
            }
            configurations.getFactoryConfiguration(component, name, "?").update(dictionary);
        } catch (IOException e) {
            throw new IllegalStateException("cannot store the configuration " + name + " of " + component, e);
        }
    }

    private void delete(String component, String name) {
        try {
            configurations.getFactoryConfiguration(component, name, "?").delete();
        } catch (IOException e) {
            throw new IllegalStateException("cannot delete the configuration " + name + " of " + component, e);
        }
    }

    private List<ComponentDescriptionDTO> descriptions(String component) {
        return components.getComponentDescriptionDTOs().stream()
            .filter(d -> Arrays.asList(d.configurationPid).contains(component)).toList();
    }

    private String names() {
        return components.getComponentDescriptionDTOs().stream().flatMap(d -> Arrays.stream(d.configurationPid))
            .filter(pid -> pid.startsWith("org.millrace.") && pid.indexOf('.', "org.millrace.".length()) < 0)
            .filter(pid -> !pid.equals(Configuration.RUNTIME))
            .map(pid -> pid.replace("org.millrace.", "app.")).sorted().collect(Collectors.joining(", "));
    }

    private interface Condition {
        boolean holds() throws LaunchException;
    }

    private static void await(Condition condition, BooleanSupplier goesOn, Supplier<String> otherwise) throws LaunchException {
        long beginNs = System.nanoTime();
        while (!condition.holds()) {
            long ns = System.nanoTime() - beginNs;
            if (ns > HANGS_NS || ns > WAITS_NS && !goesOn.getAsBoolean()) {
                throw new LaunchException(FAILED, otherwise.get() + " after " + TimeUnit.NANOSECONDS.toSeconds(ns) + " s");
            }
            LockSupport.parkNanos(LOOK_AGAIN_NS);
        }
    }

    private void awaitActive(Configuration configuration) throws LaunchException {
        await(() -> areActive(configuration), () -> isStarting(configuration), () -> "not started: " + waiting(configuration));
    }

    /** Whether a component has all that it needs, and has not come to an end with it. */
    private boolean isStarting(Configuration configuration) {
        return configuration.components().keySet().stream()
            .flatMap(component -> states(component, configuration.name()).stream())
            .anyMatch(state -> state.state == ComponentConfigurationDTO.SATISFIED);
    }

    private boolean areActive(Configuration configuration) throws LaunchException {
        boolean active = true;
        for (Map.Entry<String, Map<String, String>> entry : configuration.components().entrySet()) {
            // Configurations arrive later than they are set: what has other values is what was before.
            List<ComponentConfigurationDTO> states = states(entry.getKey(), configuration.name()).stream()
                .filter(state -> state.properties.entrySet().containsAll(entry.getValue().entrySet())).toList();
            active &= states.stream().anyMatch(state -> state.state == ComponentConfigurationDTO.ACTIVE);
            Optional<String> failure = failure(states);
            if (failure.isPresent()) {
                // An application fails too if the runtime does, which then is the reason.
                throw refusal(failure(states(Configuration.RUNTIME, configuration.name())).orElse(failure.get()));
            }
        }
        return active;
    }

    private List<ComponentConfigurationDTO> states(String component, String name) {
        String pid = component + "~" + name;
        return descriptions(component).stream().flatMap(d -> components.getComponentConfigurationDTOs(d).stream())
            .filter(state -> pid.equals(state.properties.get(Constants.SERVICE_PID))).toList();
    }

    private static Optional<String> failure(List<ComponentConfigurationDTO> states) {
        return states.stream().filter(state -> state.state == ComponentConfigurationDTO.FAILED_ACTIVATION)
            .map(state -> state.failure).findFirst();
    }

    /** A component says in its exception's message what is wrong; its type says whose fault it is. */
    private static LaunchException refusal(String stackTrace) {
        Matcher matcher = THROWN.matcher(stackTrace);
        while (matcher.find()) {
            if (!matcher.group(1).equals(InvocationTargetException.class.getName())) { // a component's constructor
                return new LaunchException(matcher.group(1).equals(IllegalArgumentException.class.getName())
                    ? BAD_CONFIGURATION : FAILED, matcher.group(2));
            }
        }
        return new LaunchException(FAILED, stackTrace.lines().findFirst().orElse("a component has failed"));
    }

    private String waiting(Configuration configuration) {
        return configuration.components().keySet().stream()
            .flatMap(component -> states(component, configuration.name()).stream())
            .filter(c -> c.state != ComponentConfigurationDTO.ACTIVE)
            .map(c -> c.description.name + " waits for " + Arrays.stream(c.unsatisfiedReferences)
                .map(r -> r.name).collect(Collectors.joining(", ", "[", "]")))
            .collect(Collectors.joining("; "));
    }
}
