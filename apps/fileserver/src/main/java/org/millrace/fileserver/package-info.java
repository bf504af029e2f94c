/** A small HTTP file server, and echo, discard and source services, on libTOE alone. */
package org.millrace.fileserver;
