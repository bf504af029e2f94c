/** What a hardware backend offers: does a program fit, and a running pipeline of it. */
package org.millrace.api.hardware;
