package org.millrace.netty;

import io.netty.channel.IoHandle;

/** What a Millrace channel registers with a loop. */
interface MillraceHandle extends IoHandle {
    /** {@return the context its endpoint lives in, or null if it has no endpoint yet} */
    LoopContext context();

    /**
     * The registration is made; from now on the endpoint's news come to it.
     *
     * @param registration this handle's
     */
    void attached(MillraceRegistration registration);

    @Override
    void close();
}
