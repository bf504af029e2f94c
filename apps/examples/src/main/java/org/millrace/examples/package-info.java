/** Applications as a user of Vert.x would write them; each started by one command from the README. */
package org.millrace.examples;
