package org.millrace.launcher;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.millrace.launcher.image.Image;
import org.millrace.launcher.image.LaunchException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import picocli.CommandLine;

/**
 * The Gogo shell on the terminal of the process, for who asks for it: its bundles are not among those that start
 * otherwise. The tools are its commands, {@code millrace:status} and so on: the same classes, from their own class path,
 * run in this process and asking its instances as from any other.
 */
public final class Shell {
    private static final String SCOPE = "millrace";

    private final ClassLoader tools;

    private Shell(ClassLoader tools) {
        this.tools = tools;
    }

    /** Starts the shell. */
    static void open(BundleContext context) throws LaunchException {
        try {
            // its profile is etc/gosh_profile there; the one in its bundle has a URL that only an OSGi handler can open
            System.setProperty("gosh.home", Image.directory().toString());
            Shell shell = new Shell(tools());
            String[] names = shell.commands().getSubcommands().keySet().toArray(String[]::new);
            context.registerService(Shell.class, shell,
                new Hashtable<>(Map.of("osgi.command.scope", SCOPE, "osgi.command.function", names)));
            List<Bundle> bundles = new ArrayList<>();
            for (Path jar : jars("shell")) {
                bundles.add(context.installBundle(jar.toUri().toString()));
            }
            for (Bundle bundle : bundles) {
                bundle.start();
            }
        } catch (BundleException | IOException | ReflectiveOperationException e) {
            throw new LaunchException(LaunchException.FAILED, "the shell does not start: " + e.getMessage());
        }
    }

    private static List<Path> jars(String part) throws IOException {
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(Image.directory().resolve(part), "*.jar")) {
            stream.forEach(jars::add);
        }
        return jars;
    }

    /** The launcher's own classes come first: picocli, through which they are called, is shared. */
    private static ClassLoader tools() throws IOException {
        List<URL> urls = new ArrayList<>();
        for (String part : List.of("tools", "bundles")) {
            for (Path jar : jars(part)) {
                urls.add(jar.toUri().toURL());
            }
        }
        return new URLClassLoader("millrace-tools", urls.toArray(URL[]::new), Shell.class.getClassLoader());
    }

    private CommandLine commands() throws ReflectiveOperationException {
        return (CommandLine) tools.loadClass("org.millrace.cli.Main").getMethod("commandLine").invoke(null);
    }

    /**
     * Runs a command; Gogo calls this for each of them.
     *
     * @param words the command's name and its arguments
     * @throws ReflectiveOperationException if the image is not complete
     */
    public void _main(String[] words) throws ReflectiveOperationException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(tools);
        try {
            commands().execute(words);
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
