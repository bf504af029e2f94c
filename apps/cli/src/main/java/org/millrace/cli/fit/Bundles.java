package org.millrace.cli.fit;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.jar.JarFile;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.api.transport.TransportFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * What bundles offer, looked at without a framework: their Declarative Services components are made, and nothing is started.
 * A component that wants a configuration has it from the data-path files beside the bundles, as the runtime does; without
 * one it is not there, as in the runtime.
 */
final class Bundles {
    private static final String APPLICATION = "org.millrace.";

    private final List<TransportFactory> transports = new ArrayList<>();
    private final List<HardwareBackend> hardware = new ArrayList<>();
    private final List<StageExtension> extensions = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Map<String, String>> configurations = new HashMap<>();

    /** {@return those of a directory such as {@code deploy}, and further ones} */
    static Bundles of(Path directory, List<Path> more) throws IOException {
        Bundles bundles = new Bundles();
        if (directory != null && Files.isDirectory(directory)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.{cfg,properties}")) {
                for (Path file : files) {
                    bundles.configure(file);
                }
            }
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.jar")) {
                files.forEach(bundles::look);
            }
        }
        more.forEach(bundles::look);
        return bundles;
    }

    /** {@return {@code deploy} of the image that this was installed with, or null if it was not} */
    static Path deployDirectory() {
        try {
            Path place = Path.of(Bundles.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return Files.isRegularFile(place) ? place.getParent().resolveSibling("deploy") : null;
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    List<TransportFactory> transports() {
        return transports;
    }

    List<HardwareBackend> hardware() {
        return hardware;
    }

    List<StageExtension> extensions() {
        return extensions;
    }

    /** {@return a line for each bundle that could not be looked at} */
    List<String> problems() {
        return problems;
    }

    private void configure(Path file) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            properties.load(in);
        }
        for (String key : properties.stringPropertyNames()) {
            String[] words = key.split("\\.", 3);
            if (words.length == 3 && words[0].equals("app")) {
                configurations.computeIfAbsent(APPLICATION + words[1], name -> new TreeMap<>())
                    .put(words[2], properties.getProperty(key).strip());
            }
        }
    }

    private void look(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            String components = file.getManifest().getMainAttributes().getValue("Service-Component");
            URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, Bundles.class.getClassLoader());
            for (String name : components == null ? new String[0] : components.split(",")) {
                try (InputStream in = file.getInputStream(file.getJarEntry(name.strip()))) {
                    take(DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(in).getDocumentElement(), loader);
                }
            }
        } catch (IOException | ParserConfigurationException | SAXException | ReflectiveOperationException | RuntimeException
                | LinkageError e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            problems.add(jar.getFileName() + " is left out: " + (reason.getMessage() == null ? reason : reason.getMessage()));
        }
    }

    private void take(Element component, ClassLoader loader) throws ReflectiveOperationException {
        Map<String, String> configuration = configurations.get(component.getAttribute("configuration-pid"));
        NodeList provided = component.getElementsByTagName("provide");
        if (provided.getLength() == 0
            || component.getAttribute("configuration-policy").equals("require") && configuration == null) {
            return;
        }
        Element implementation = (Element) component.getElementsByTagName("implementation").item(0);
        switch (make(loader.loadClass(implementation.getAttribute("class")), configuration)) {
            case TransportFactory factory -> transports.add(factory);
            case HardwareBackend backend -> hardware.add(backend);
            case StageExtension extension -> extensions.add(extension);
            default -> { }
        }
    }

    private static Object make(Class<?> type, Map<String, String> configuration) throws ReflectiveOperationException {
        for (Constructor<?> constructor : type.getConstructors()) {
            if (constructor.getParameterCount() == 1 && constructor.getParameterTypes()[0] == Map.class) {
                return constructor.newInstance(configuration == null ? Map.of() : configuration);
            }
        }
        return type.getConstructor().newInstance();
    }
}
