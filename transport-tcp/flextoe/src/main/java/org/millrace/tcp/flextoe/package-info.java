/**
 * FlexTOE's TCP (§4.3): pre-processing, protocol, post-processing, DMA and context queue as stages; which
 * flow sends next is the business of the machine's flow queue. Only the protocol stage is atomic per flow; all others may be replicated or sharded.
 *
 * <p>Threads: stages are the backend's; what the control plane calls, the data-path thread's.
 */
package org.millrace.tcp.flextoe;
