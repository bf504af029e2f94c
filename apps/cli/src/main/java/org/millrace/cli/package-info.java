/**
 * The command-line tools that read what an instance keeps for them: {@code millrace conns}, {@code millrace journal}.
 * They need Chronicle on the class path, and its flags (see {@code org.millrace.context}).
 */
package org.millrace.cli;
