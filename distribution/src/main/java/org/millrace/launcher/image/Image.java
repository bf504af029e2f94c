package org.millrace.launcher.image;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The directory that the launcher was installed to: {@code bin, bundles, etc, lib, tools}. */
public final class Image {
    /** The launcher's main class. */
    public static final String LAUNCHER = "org.millrace.launcher.Main";
    /** The line on standard output that says that everything configured is active begins with this. */
    public static final String READY = "millrace: ready";
    /** A line on standard output with a counter, printed at the end, begins with this; then come name, = and value. */
    public static final String COUNTER = "millrace: counter ";

    private Image() {
    }

    /** {@return the {@code java} program that runs this} */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * {@return a command that runs a main class of this image in a process of its own}
     *
     * @param parts     directories of the image whose jars are its class path
     * @param mainClass the class; what follows is its arguments'
     */
    public static List<String> command(List<String> parts, String mainClass) {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.add("@" + directory().resolve("etc").resolve("jvm.flags"));
        command.add("-cp");
        command.add(parts.stream().map(part -> directory().resolve(part) + "/*").collect(Collectors.joining(":")));
        command.add(mainClass);
        return command;
    }

    /**
     * {@return a command that runs a main class which ends soon, with what {@code bin/millrace} gives its tools: the compiler and the
     * collector that cost least to start}
     *
     * @param parts     directories of the image whose jars are its class path
     * @param mainClass the class; what follows is its arguments'
     */
    public static List<String> shortCommand(List<String> parts, String mainClass) {
        List<String> command = command(parts, mainClass);
        command.addAll(1, List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        return command;
    }

    /** {@return the directory; system property {@code millrace.image}, or the parent of the launcher's own} */
    public static Path directory() {
        String given = System.getProperty("millrace.image");
        if (given != null) {
            return Path.of(given);
        }
        try {
            return Path.of(Image.class.getProtectionDomain().getCodeSource().getLocation().toURI()).getParent()
                .getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
