package org.millrace.runtime.osgi;

import org.millrace.context.Registry;
import org.millrace.memory.Linux;
import org.millrace.memory.Sockets;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads and links, in threads of their own and from the moment that the bundle starts, what every instance needs and what takes
 * longest: the first one finds it done, and its bundles have been started meanwhile.
 */
public final class EarlyStart implements BundleActivator {
    private static final Logger LOG = LoggerFactory.getLogger(EarlyStart.class);

    /** Made by the framework. */
    public EarlyStart() {
    }

    @Override
    public void start(BundleContext context) {
        Registry.rehearse();
        Thread.ofPlatform().daemon().name("millrace-link").start(() -> {
            try {
                Linux.pageSize();
                new Sockets().interfaceIndex("lo");
            } catch (LinkageError | UnsupportedOperationException e) {
                LOG.debug("nothing is linked ahead: {}", e.getMessage()); // who needs it hears why
            }
        });
    }

    @Override
    public void stop(BundleContext context) {
    }
}
