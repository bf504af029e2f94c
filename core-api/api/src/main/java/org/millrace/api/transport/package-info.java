/** What a transport protocol is to the runtime: a program for the data path and a control plane. */
package org.millrace.api.transport;
