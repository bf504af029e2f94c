/**
 * A segment's metadata, and the stages with which every pass begins and ends: match, clocks, header. The backend calls in.
 * Threads: the backend's.
 */
package org.millrace.tcp.laminar.segment;
