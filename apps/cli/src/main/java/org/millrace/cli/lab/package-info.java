/**
 * Lists and runs the experiments of the lab, shows their tables and writes their files. picocli calls in. Threads: the caller's.
 */
package org.millrace.cli.lab;
