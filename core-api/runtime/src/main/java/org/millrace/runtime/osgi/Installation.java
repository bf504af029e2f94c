package org.millrace.runtime.osgi;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.Version;

/** Services by the bundle that their code is from. */
final class Installation {
    private Installation() {
    }

    /** {@return services in the order of their bundles' versions, the newest first} */
    static <T> List<T> newestFirst(Collection<T> services) {
        return services.stream().sorted(Comparator.comparing(Installation::version).reversed()).toList();
    }

    /** {@return the one of a name whose bundle is the newest} */
    static <T> Optional<T> newest(Collection<T> services, Function<T, String> name, String wanted) {
        return newestFirst(services).stream().filter(service -> name.apply(service).equals(wanted)).findFirst();
    }

    /** {@return the version of the bundle that a service's code is from} */
    static Version version(Object service) {
        Bundle bundle = FrameworkUtil.getBundle(service.getClass());
        return bundle == null ? Version.emptyVersion : bundle.getVersion();
    }

    /** {@return whether a service's code is from a bundle} */
    static boolean isFrom(Object service, long bundle) {
        Bundle own = FrameworkUtil.getBundle(service.getClass());
        return own != null && own.getBundleId() == bundle;
    }
}
