/** Where frames enter and leave: batch-first, with super-frames and up to two payload spans a frame. */
package org.millrace.api.port;
