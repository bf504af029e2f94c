package org.millrace.launcher;

import static org.millrace.launcher.LaunchException.BAD_CONFIGURATION;
import static org.millrace.launcher.LaunchException.FAILED;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** Hands each component its configuration and watches it start. */
final class ComponentStates {
    private static final Pattern THROWN = Pattern.compile("(?m)^(?:Caused by: )?([\\w.$]+)(?:: (.*))?$");
    private static final long START_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(5);

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

    /** Configures every component that the file names and returns when all of them are active. */
    void configure(Configuration configuration) throws LaunchException {
        for (String pid : configuration.components().keySet()) {
            if (descriptions(pid).isEmpty()) {
                throw new LaunchException(BAD_CONFIGURATION, pid.replaceFirst("org\\.millrace", "app")
                    + " names no application, allowed is " + names());
            }
        }
        configuration.components().forEach(this::update);
        long deadlineNs = System.nanoTime() + START_TIMEOUT_NS;
        while (!allActive(configuration)) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new LaunchException(FAILED, "not started after 30 s: " + waiting(configuration));
            }
            LockSupport.parkNanos(LOOK_AGAIN_NS);
        }
    }

    private void update(String pid, Map<String, String> values) {
        try {
            Dictionary<String, Object> dictionary = new Hashtable<>(values);
            configurations.getConfiguration(pid, "?").update(dictionary);
        } catch (IOException e) {
            throw new IllegalStateException("cannot store the configuration " + pid, e);
        }
    }

    private List<ComponentDescriptionDTO> descriptions(String pid) {
        return components.getComponentDescriptionDTOs().stream()
            .filter(d -> Arrays.asList(d.configurationPid).contains(pid)).toList();
    }

    private String names() {
        return components.getComponentDescriptionDTOs().stream().flatMap(d -> Arrays.stream(d.configurationPid))
            .filter(pid -> pid.startsWith("org.millrace.") && pid.indexOf('.', "org.millrace.".length()) < 0)
            .filter(pid -> !pid.equals(Configuration.RUNTIME))
            .map(pid -> pid.replace("org.millrace.", "app.")).sorted().collect(Collectors.joining(", "));
    }

    private boolean allActive(Configuration configuration) throws LaunchException {
        boolean active = true;
        for (String pid : configuration.components().keySet()) {
            List<ComponentConfigurationDTO> states = states(pid);
            active &= states.stream().anyMatch(state -> state.state == ComponentConfigurationDTO.ACTIVE);
            Optional<String> failure = failure(states);
            if (failure.isPresent()) {
                // An application fails too if the runtime does, which then is the reason.
                throw refusal(failure(states(Configuration.RUNTIME)).orElse(failure.get()));
            }
        }
        return active;
    }

    private List<ComponentConfigurationDTO> states(String pid) {
        return descriptions(pid).stream().flatMap(d -> components.getComponentConfigurationDTOs(d).stream()).toList();
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
        return configuration.components().keySet().stream().flatMap(pid -> states(pid).stream())
            .filter(c -> c.state != ComponentConfigurationDTO.ACTIVE)
            .map(c -> c.description.name + " waits for " + Arrays.stream(c.unsatisfiedReferences)
                .map(r -> r.name).collect(Collectors.joining(", ", "[", "]")))
            .collect(Collectors.joining("; "));
    }
}
