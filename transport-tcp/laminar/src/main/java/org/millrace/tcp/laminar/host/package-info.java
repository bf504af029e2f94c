/**
 * Stages towards applications: payload moved, events, requests. The backend calls in. Threads: the backend's.
 */
package org.millrace.tcp.laminar.host;
