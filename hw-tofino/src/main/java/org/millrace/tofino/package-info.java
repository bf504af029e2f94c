/**
 * Tofino2 as a described machine: whether a program fits an RMT pipeline, where it goes, and how it runs there.
 *
 * <p>The runtime calls in. Threads: whoever admits; the data-path thread runs what is loaded.
 */
package org.millrace.tofino;
