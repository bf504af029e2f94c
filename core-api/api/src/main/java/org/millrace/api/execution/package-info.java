/** What any backend needs to execute a program: tables of state, copies on their way back, items that leave. */
package org.millrace.api.execution;
