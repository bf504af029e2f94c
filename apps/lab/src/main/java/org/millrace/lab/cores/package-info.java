/**
 * What several shards of a data path would do on more cores than there are. The {@link org.millrace.lab.Lab} names the experiment.
 *
 * <p>Threads: the caller's.
 */
package org.millrace.lab.cores;
