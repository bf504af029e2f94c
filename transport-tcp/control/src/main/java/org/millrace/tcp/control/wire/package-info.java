/**
 * A segment as the control plane looks at it, and the two ends it goes between. Threads: the data-path thread.
 */
package org.millrace.tcp.control.wire;
