package org.millrace.launcher;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** The directory that the launcher was installed to: {@code bin, bundles, etc, lib}. */
public final class Image {
    private Image() {
    }

    /** {@return the {@code java} program that runs this} */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** {@return the argument of {@code java} that gives it the flags which the runtime needs: a file of them} */
    public static String flags() {
        return "@" + directory().resolve("etc").resolve("jvm.flags");
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
