/** Runs an instance as a component: configuration in, contexts out. */
package org.millrace.runtime.osgi;
