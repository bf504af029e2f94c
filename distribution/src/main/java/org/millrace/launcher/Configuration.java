package org.millrace.launcher;

import static org.millrace.launcher.image.LaunchException.BAD_CONFIGURATION;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.millrace.launcher.image.Image;
import org.millrace.launcher.image.LaunchException;

/**
 * A configuration file, which is a data path and its applications, split by who reads it. {@code app.NAME.KEY = VALUE} is
 * {@code KEY} of the application {@code org.millrace.NAME}; everything else is the runtime's. Keys are not judged here:
 * their readers do. In a value, <code>${image}</code> is the directory that Millrace is installed in.
 *
 * @param name       the file's name without its ending: what tells its configurations from those of other files
 * @param components keys and values by component, the runtime's under {@link #RUNTIME}
 */
record Configuration(String name, Map<String, Map<String, String>> components) {
    /** Persistent identity of the runtime's configuration. */
    static final String RUNTIME = "org.millrace.runtime";

    private static final String APPLICATION = "app.";

    static Configuration read(Path file) throws LaunchException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            throw new LaunchException(BAD_CONFIGURATION, file + ": no such file");
        } catch (IOException | IllegalArgumentException e) {
            throw new LaunchException(BAD_CONFIGURATION, file + ": not readable as properties: " + e.getMessage());
        }
        return of(name(file), properties);
    }

    /** {@return the names of the applications that it configures} */
    List<String> applications() {
        return components.keySet().stream().filter(pid -> !pid.equals(RUNTIME))
            .map(pid -> pid.substring("org.millrace.".length())).toList();
    }

    /** {@return the name of a file's configuration} */
    static String name(Path file) {
        return file.getFileName().toString().replaceFirst("\\.[^.]*$", "").replaceAll("[^A-Za-z0-9_.-]", "_");
    }

    private static Configuration of(String name, Properties properties) throws LaunchException {
        String image = Image.directory().toAbsolutePath().toString();
        Map<String, Map<String, String>> components = new TreeMap<>();
        components.put(RUNTIME, new TreeMap<>());
        Map<String, String> seen = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String key : properties.stringPropertyNames()) {
            String value = properties.getProperty(key).strip().replace("${image}", image);
            String twin = seen.put(key, key);
            if (twin != null) {
                throw new LaunchException(BAD_CONFIGURATION, key + " and " + twin + " are the same key, twice: leave one");
            }
            if (!key.startsWith(APPLICATION)) {
                components.get(RUNTIME).put(key, value);
                continue;
            }
            int dot = key.indexOf('.', APPLICATION.length());
            if (dot < 0) {
                throw new LaunchException(BAD_CONFIGURATION, key + " is no key, allowed is app.NAME.KEY");
            }
            components.computeIfAbsent("org.millrace." + key.substring(APPLICATION.length(), dot), c -> new TreeMap<>())
                .put(key.substring(dot + 1), value);
        }
        return new Configuration(name, components);
    }
}
