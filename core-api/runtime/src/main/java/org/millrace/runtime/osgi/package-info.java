/**
 * Runs an instance as a component: configuration in, contexts out; bundles that come, go and are renewed become swaps.
 *
 * <p>The framework calls in. Threads: the framework's; swaps for renewed bundles have one of their own.
 */
package org.millrace.runtime.osgi;
