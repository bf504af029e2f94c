package org.millrace.runtime.tenant;

import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.SegmentMeta;

/**
 * How a transport's segments are written.
 *
 * @param codec        its codec
 * @param protocol     IP protocol number
 * @param mostReplaced most segments in a row that one of the same flow and batch may take the place of; 0: none
 * @param <M>          its metadata
 */
public record Deparser<M extends SegmentMeta>(HeaderCodec<M> codec, int protocol, int mostReplaced) {
}
