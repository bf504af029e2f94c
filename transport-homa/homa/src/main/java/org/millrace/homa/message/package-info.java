/**
 * The data path of Homa: an RPC's two messages, who may send how much and when, and what the stages know of it all.
 *
 * <p>The program calls in. Threads: the backend's.
 */
package org.millrace.homa.message;
