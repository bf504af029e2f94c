/**
 * Experiments on the fabric of core-api/sim: queues, Homa's evaluation, incast. The {@link org.millrace.lab.Lab} names them.
 *
 * <p>Threads: the caller's.
 */
package org.millrace.lab.fabric;
