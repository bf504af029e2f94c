package org.millrace.distribution;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.millrace.api.transport.TransportFactory;
import org.millrace.wire.Ipv4Header;

/** docs/write-a-transport.md and its sources, compiled as its reader does: against the API and the wire formats alone. */
final class Tutorial {
    static final Path PAGE = Path.of("../docs/write-a-transport.md");
    static final Path SOURCES = Path.of("../docs/write-a-transport");

    private final Path copy;

    /** @param directory empty; takes a copy of the sources */
    Tutorial(Path directory) throws IOException {
        copy = directory;
        for (Path source : list(SOURCES.resolve("src/stopandwait"))) {
            Files.copy(source, directory.resolve(source.getFileName()));
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    /** Changes a source in a place that it has once. */
    Tutorial change(String name, String from, String to) throws IOException {
        Path file = copy.resolve(name + ".java");
        String source = Files.readString(file);
        if (source.indexOf(from) < 0 || source.indexOf(from) != source.lastIndexOf(from)) {
            throw new AssertionError(name + " does not have once: " + from);
        }
        Files.writeString(file, source.replace(from, to));
        return this;
    }

    /** {@return the transport, compiled and loaded} */
    TransportFactory transport() throws IOException, ReflectiveOperationException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(null, files, null, List.of("-Xlint:all", "-Werror", "-proc:none", "-d",
                copy.toString(), "-cp", classPath()), null, files.getJavaFileObjectsFromPaths(list(copy))).call();
            if (!compiled) {
                throw new AssertionError("does not compile");
            }
        }
        ClassLoader loader = new URLClassLoader(new URL[] {url(copy)}, Tutorial.class.getClassLoader());
        return (TransportFactory) loader.loadClass("stopandwait.StopAndWait").getConstructor().newInstance();
    }

    private static URL url(Path directory) {
        try {
            return directory.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String classPath() {
        return Stream.of(TransportFactory.class, Ipv4Header.class).map(Tutorial::place).distinct()
            .collect(Collectors.joining(":"));
    }

    private static String place(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
