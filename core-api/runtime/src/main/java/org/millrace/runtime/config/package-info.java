/**
 * What an instance and its data path are made of, as keys and values and as records; what may change while it runs. Read
 * by whoever starts an instance.
 *
 * <p>Threads: any; records do not change.
 */
package org.millrace.runtime.config;
