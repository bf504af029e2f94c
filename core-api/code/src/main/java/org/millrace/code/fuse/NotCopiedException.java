package org.millrace.code.fuse;

import org.millrace.code.Site;

/** A stage that cannot be copied: where, and what there stands in the way. */
final class NotCopiedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Site site;

    NotCopiedException(Site site, String what) {
        super(what, null, false, false);
        this.site = site;
    }

    Site site() {
        return site;
    }
}
