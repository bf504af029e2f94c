package org.millrace.vertx;

import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.transport.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a program that knows nothing of Millrace run over it: with this jar on the class path and
 * {@code -Dmillrace.instance=NAME}, every Vert.x gets {@link MillraceTransport#fromProperties} unless it chooses a transport other
 * than NIO, which cannot be told from the one that it has by itself. Without that property it does nothing. Found by Vert.x as a service.
 */
public final class MillraceServiceProvider implements VertxServiceProvider {
    private static final Logger LOG = LoggerFactory.getLogger(MillraceServiceProvider.class);
    /** What a Vert.x has that was told nothing. */
    private static final Class<?> NIO = Transport.NIO.implementation().getClass();

    /** Made by Vert.x. */
    public MillraceServiceProvider() {
    }

    /**
     * Chooses the transport of a Vert.x that is being built.
     *
     * @throws IllegalStateException    if there is no context to be had and the fallback is {@link Fallback#FAIL}
     * @throws IllegalArgumentException if a property makes no sense
     */
    @Override
    public void init(VertxBootstrap bootstrap) {
        if (System.getProperty(MillraceTransport.INSTANCE) == null) {
            return;
        }
        if (bootstrap.transport() != null && bootstrap.transport().getClass() != NIO) {
            LOG.info("{} is set, but this Vert.x has chosen a transport: {}", MillraceTransport.INSTANCE,
                bootstrap.transport().getClass().getName());
            return;
        }
        bootstrap.transport(MillraceTransport.fromProperties().implementation());
    }
}
