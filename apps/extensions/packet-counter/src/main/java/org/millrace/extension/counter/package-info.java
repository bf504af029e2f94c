/** An example of a stage extension: a packet counter. */
package org.millrace.extension.counter;
