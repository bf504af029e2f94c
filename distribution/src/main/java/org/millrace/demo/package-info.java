/** {@code millrace demo}: a runtime and an unmodified peer exchange real data, and what happened is checked and shown. */
package org.millrace.demo;
