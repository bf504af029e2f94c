package org.millrace.context;
final class Registry {
    static final int NAME_BYTES = 16;
    static final int DETAIL_BYTES = 128;
}
