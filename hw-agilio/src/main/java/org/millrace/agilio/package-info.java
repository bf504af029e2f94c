/**
 * The Agilio CX backend: admits and runs programs on a model of an NFP-4000, and says how busy it was.
 *
 * <p>The runtime calls in. Threads: any admits; the data-path thread runs what is loaded.
 */
package org.millrace.agilio;
