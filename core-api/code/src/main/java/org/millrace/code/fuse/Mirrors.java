package org.millrace.code.fuse;

import org.millrace.api.pipeline.SegmentMeta;

/** Where copies go. */
public interface Mirrors {
    /**
     * Takes a copy of an item if a stage's verdict asks for one.
     *
     * @param verdict the verdict
     * @param meta    the item
     */
    void mirror(long verdict, SegmentMeta meta);
}
