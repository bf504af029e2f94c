/** An example of a stage extension: a firewall of four prefixes. */
package org.millrace.extension.firewall;
