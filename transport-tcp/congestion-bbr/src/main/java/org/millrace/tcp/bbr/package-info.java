/**
 * BBR, version 3 (draft-ietf-ccwg-bbr): a model of the path, and what to send by it. Chosen by {@code congestion = plug-in:bbr}.
 *
 * <p>Threads: the data path's.
 */
package org.millrace.tcp.bbr;
