/**
 * The directory that the launcher was installed to, what a launched process says on its output, and the error that is a
 * line for people. Launcher and demo call in.
 *
 * <p>Threads: any.
 */
package org.millrace.launcher.image;
