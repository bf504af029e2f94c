package org.millrace.agilio;

import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.execution.staged.Lane;

/**
 * A thread of an FPC, or one of the items that it may wait for at once.
 *
 * @param number of all
 * @param onFpc  its number on its FPC
 * @param lane   what it takes items for
 * @param visit  of the item that it has
 */
record HardwareThread<M extends SegmentMeta>(int number, int onFpc, Lane<M> lane, Visit<M> visit) {
    HardwareThread(int number, int onFpc, Lane<M> lane, Visit.Site site) {
        this(number, onFpc, lane, new Visit<>(site));
    }
}
