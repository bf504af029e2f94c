package org.millrace.api.pipeline;

/**
 * A part of the transport that runs on the host, beside the machine: how far a stream has been appended and pushed
 * (§5.3.2.2). To a stage a call on it is one operation, as a DMA descriptor or a doorbell is. A machine that is not the
 * host itself names such parts in its fit report: what they do is not accounted for.
 */
public interface HostPart extends Extern {
}
