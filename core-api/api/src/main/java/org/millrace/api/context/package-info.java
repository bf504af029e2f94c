/**
 * Contexts: what passes between applications and the runtime beside payload.
 *
 * <p>Both sides call in. Threads: each type says whose.
 */
package org.millrace.api.context;
