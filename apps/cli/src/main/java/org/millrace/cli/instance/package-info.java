/**
 * Commands to a running instance over its control socket, and those that read the registry that it keeps or has left.
 * picocli calls in. Threads: the caller's.
 */
package org.millrace.cli.instance;
