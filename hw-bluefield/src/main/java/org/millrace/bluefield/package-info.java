/**
 * BlueField's Arm cores, or x86: real threads on real cores. One core: all stages run to completion.
 *
 * <p>The runtime calls in. Threads: whoever admits; the data-path thread runs what is loaded.
 */
package org.millrace.bluefield;
