/**
 * FlexTOE's TCP (§4.3): pre-processing, protocol, post-processing, DMA and context queue as stages, and the Carousel
 * flow scheduler. Only the protocol stage is atomic per flow; all others may be replicated or sharded.
 */
package org.millrace.tcp.flextoe;
