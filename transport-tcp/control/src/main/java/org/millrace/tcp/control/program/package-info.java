/**
 * What a TCP program must implement, and what all programs share: the state that passes from one to another, the codec,
 * the flow scheduler, the options. Programs and the control plane meet here and nowhere else.
 *
 * <p>Threads: the data-path thread.
 */
package org.millrace.tcp.control.program;
