/**
 * Which of several data paths behind one address a frame is for.
 *
 * <p>Threads: all is immutable.
 */
package org.millrace.wire.steer;
