/** Ports: a wire over shared memory, and raw frames on a network interface. */
package org.millrace.ports;
