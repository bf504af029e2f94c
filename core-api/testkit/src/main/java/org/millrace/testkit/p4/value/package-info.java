/**
 * Types and values of P4_16. Checker, interpreter and tests call in. Threads: a value has one.
 */
package org.millrace.testkit.p4.value;
