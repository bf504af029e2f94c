/**
 * What commands of every room share: tables and JSON on the output, values out of an answer, and the one exception that
 * is a line for people. Threads: the caller's.
 */
package org.millrace.cli.tool;
