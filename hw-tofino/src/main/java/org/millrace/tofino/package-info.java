/** Tofino2 as a described machine: whether a program fits an RMT pipeline, where it goes, and how it runs there. */
package org.millrace.tofino;
