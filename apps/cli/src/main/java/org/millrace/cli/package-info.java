/**
 * The command-line tools: {@link org.millrace.cli.Main} puts the commands together. Rooms: {@code instance}, commands to
 * an instance and those that read what it keeps; {@code journal}, reading and replaying journals; {@code fit}, what
 * hardware takes; {@code tool}, what all of them print with. They need Chronicle on the class path, and its flags (see
 * {@code org.millrace.context}). Threads: the caller's.
 */
package org.millrace.cli;
