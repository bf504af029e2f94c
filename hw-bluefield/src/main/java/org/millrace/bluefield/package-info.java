/** BlueField's Arm cores, or x86: real threads on real cores. One core: all stages run to completion. */
package org.millrace.bluefield;
