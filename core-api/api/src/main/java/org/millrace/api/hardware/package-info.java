/**
 * What a hardware backend offers: does a program fit, and a running pipeline of it.
 *
 * <p>The runtime calls in. Threads: any admits; the data-path thread runs what is loaded.
 */
package org.millrace.api.hardware;
