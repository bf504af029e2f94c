/** Contexts: what passes between applications and the runtime beside payload. */
package org.millrace.api.context;
