package org.millrace.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/**
 * Packages of the launcher's class path that bundles see too: OSGi's own interfaces, through which the launcher speaks
 * with the bundles, and slf4j. Because slf4j comes from here, its provider is found on the class path like in any Java
 * program, and needs no service-loader mediator among the bundles.
 */
final class SharedPackages {
    private static final Set<String> SHARED = Set.of("slf4j.api", "org.osgi.service.cm", "org.osgi.service.component",
        "org.osgi.util.promise", "org.osgi.util.function");

    private SharedPackages() {
    }

    /** {@return an Export-Package header for the system bundle: what the shared jars export, at their versions} */
    static String header() throws IOException {
        List<String> exports = new ArrayList<>();
        for (URL url : Collections.list(SharedPackages.class.getClassLoader().getResources("META-INF/MANIFEST.MF"))) {
            try (InputStream in = url.openStream()) {
                Attributes manifest = new Manifest(in).getMainAttributes();
                if (SHARED.contains(String.valueOf(manifest.getValue("Bundle-SymbolicName")))) {
                    exports.add(manifest.getValue("Export-Package"));
                }
            }
        }
        return String.join(",", exports);
    }
}
