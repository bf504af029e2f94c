/**
 * Reads journals and replays a recorded context on a data path under virtual time. picocli calls in. Threads: the
 * caller's, which polls the data path, too.
 */
package org.millrace.cli.journal;
