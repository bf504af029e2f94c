/**
 * The frames of the batch that a round works on: numbered, with the datagrams found in them; super-frames cut for machines
 * that know frames of the wire only. The data path fills it, transports and contexts read it.
 *
 * <p>Threads: the data-path thread.
 */
package org.millrace.runtime.frame;
