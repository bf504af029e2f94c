/** Where a program's operations go in the pipe, what they take there, and what a pass then costs. */
package org.millrace.tofino.placement;
