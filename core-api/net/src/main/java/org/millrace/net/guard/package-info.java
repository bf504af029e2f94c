/**
 * What an outsider must neither guess nor measure: a keyed hash, limits a second. For the control planes of transports.
 * Threads: the caller's, one.
 */
package org.millrace.net.guard;
