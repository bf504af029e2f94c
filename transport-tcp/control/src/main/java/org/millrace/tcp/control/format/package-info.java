/**
 * The bytes of an exported state: one walk over an object's fields writes or reads them. {@code transfer} calls in, and
 * whoever has fields of its own in a state. Threads: that of the export or import.
 */
package org.millrace.tcp.control.format;
