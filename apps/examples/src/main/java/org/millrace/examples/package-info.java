/**
 * Applications as a user of Vert.x would write them; each started by one command from the README.
 *
 * <p>Threads: Vert.x's.
 */
package org.millrace.examples;
