package org.millrace.runtime.extension;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.millrace.api.pipeline.StageExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What Jakarta's annotations say of a stage extension: its order, and whom to call when it is loaded and unloaded. */
public final class ExtensionLife {
    private static final Logger LOG = LoggerFactory.getLogger(ExtensionLife.class);
    /** How many data paths have each; they may share one service. */
    private static final Map<StageExtension, Integer> USES = new IdentityHashMap<>();

    private ExtensionLife() {
    }

    /** {@return its order, lowest first; those without a priority come last} */
    static int priority(StageExtension extension) {
        Priority priority = extension.getClass().getAnnotation(Priority.class);
        return priority == null ? Integer.MAX_VALUE : priority.value();
    }

    /**
     * A data path is to have it: the first time, its {@link PostConstruct} methods are called.
     *
     * @throws IllegalArgumentException if one fails or is no such method
     */
    public static void begin(StageExtension extension) {
        synchronized (USES) {
            if (USES.merge(extension, 1, Integer::sum) == 1) {
                try {
                    call(extension, PostConstruct.class);
                } catch (IllegalArgumentException e) {
                    USES.remove(extension); // Jakarta Annotations 3.0 §2.5: it is not put into service
                    throw e;
                }
            }
        }
    }

    /** A data path has it no longer: the last time, its {@link PreDestroy} methods are called, and a failure is logged. */
    public static void end(StageExtension extension) {
        synchronized (USES) {
            if (USES.merge(extension, -1, (had, less) -> had == 1 ? null : had + less) == null) {
                try {
                    call(extension, PreDestroy.class);
                } catch (IllegalArgumentException e) {
                    LOG.warn("{}", e.getMessage());
                }
            }
        }
    }

    private static void call(StageExtension extension, Class<? extends Annotation> when) {
        for (Method method : methods(extension.getClass(), when)) {
            if (method.getParameterCount() != 0 || method.getReturnType() != void.class) {
                throw new IllegalArgumentException("extension " + extension.name() + ": " + method.getName() + " with @"
                    + when.getSimpleName() + " must take and return nothing");
            }
            try {
                method.setAccessible(true);
                method.invoke(extension);
            } catch (InvocationTargetException e) {
                throw new IllegalArgumentException("extension " + extension.name() + ": " + method.getName() + " fails: "
                    + e.getCause(), e.getCause());
            } catch (IllegalAccessException e) {
                throw new IllegalArgumentException("extension " + extension.name() + ": " + method.getName()
                    + " cannot be called", e);
            }
        }
    }

    /** Those of the superclass first, as constructors run; one that is overridden once. */
    private static Collection<Method> methods(Class<?> type, Class<? extends Annotation> when) {
        SequencedMap<String, Method> found = new LinkedHashMap<>();
        for (Class<?> c = type; c != Object.class; c = c.getSuperclass()) {
            for (Method method : c.getDeclaredMethods()) {
                if (method.isAnnotationPresent(when)) {
                    found.putIfAbsent(method.getName(), method);
                }
            }
        }
        return found.sequencedValues().reversed();
    }
}
