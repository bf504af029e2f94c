/**
 * Frames copied aside as they pass, by a filter, to a file or to somebody who looks. The data path offers every frame; the
 * face and the operations begin and end captures.
 *
 * <p>Threads: the data-path threads copy, one at a time; {@link org.millrace.runtime.capture.FrameQueue} hands over to one reader.
 */
package org.millrace.runtime.capture;
