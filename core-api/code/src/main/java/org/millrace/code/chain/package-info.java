/**
 * A workflow's stages joined: the class that runs them as one method. Backends call in when a program is loaded.
 *
 * <p>Threads: the caller's.
 */
package org.millrace.code.chain;
