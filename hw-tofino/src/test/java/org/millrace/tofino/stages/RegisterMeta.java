package org.millrace.tofino.stages;

import org.millrace.api.pipeline.SegmentMeta;

/** What the register stages forward. */
public final class RegisterMeta extends SegmentMeta {
    static final int READ = 0;
    static final int ADVANCE = 1;
    static final int TOUCH = 2;
    static final int SYNC = 3;
    static final int TRANSMIT = 4;
    static final int START = 5;
    static final int ACCEPT = 6;
    static final int DUPLICATE = 7;

    int seq() {
        return i32(BYTES);
    }

    void seq(int v) {
        i32(BYTES, v);
    }

    int end() {
        return i32(BYTES + 4);
    }

    void end(int v) {
        i32(BYTES + 4, v);
    }

    int ack() {
        return i32(BYTES + 8);
    }

    void ack(int v) {
        i32(BYTES + 8, v);
    }

    int window() {
        return i32(BYTES + 12);
    }

    void window(int v) {
        i32(BYTES + 12, v);
    }

    int off() {
        return i32(BYTES + 16);
    }

    void off(int v) {
        i32(BYTES + 16, v);
    }

    int eoff() {
        return i32(BYTES + 20);
    }

    void eoff(int v) {
        i32(BYTES + 20, v);
    }

    int una() {
        return i32(BYTES + 24);
    }

    void una(int v) {
        i32(BYTES + 24, v);
    }

    int grant() {
        return i32(BYTES + 28);
    }

    void grant(int v) {
        i32(BYTES + 28, v);
    }

    int rxNext() {
        return i32(BYTES + 32);
    }

    void rxNext(int v) {
        i32(BYTES + 32, v);
    }

    int edge() {
        return i32(BYTES + 36);
    }

    void edge(int v) {
        i32(BYTES + 36, v);
    }

    int tail() {
        return i32(BYTES + 40);
    }

    void tail(int v) {
        i32(BYTES + 40, v);
    }

    int head() {
        return i32(BYTES + 44);
    }

    void head(int v) {
        i32(BYTES + 44, v);
    }

    int path() {
        return u8(BYTES + 48);
    }

    void path(int v) {
        u8(BYTES + 48, v);
    }

    int fit() {
        return u8(BYTES + 49);
    }

    void fit(int v) {
        u8(BYTES + 49, v);
    }
}
