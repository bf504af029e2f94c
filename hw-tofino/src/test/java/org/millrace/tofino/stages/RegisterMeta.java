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
        return i32(64);
    }

    void seq(int v) {
        i32(64, v);
    }

    int end() {
        return i32(68);
    }

    void end(int v) {
        i32(68, v);
    }

    int ack() {
        return i32(72);
    }

    void ack(int v) {
        i32(72, v);
    }

    int window() {
        return i32(76);
    }

    void window(int v) {
        i32(76, v);
    }

    int off() {
        return i32(80);
    }

    void off(int v) {
        i32(80, v);
    }

    int eoff() {
        return i32(84);
    }

    void eoff(int v) {
        i32(84, v);
    }

    int una() {
        return i32(88);
    }

    void una(int v) {
        i32(88, v);
    }

    int grant() {
        return i32(92);
    }

    void grant(int v) {
        i32(92, v);
    }

    int rxNext() {
        return i32(96);
    }

    void rxNext(int v) {
        i32(96, v);
    }

    int edge() {
        return i32(100);
    }

    void edge(int v) {
        i32(100, v);
    }

    int tail() {
        return i32(104);
    }

    void tail(int v) {
        i32(104, v);
    }

    int head() {
        return i32(108);
    }

    void head(int v) {
        i32(108, v);
    }

    int path() {
        return u8(112);
    }

    void path(int v) {
        u8(112, v);
    }

    int fit() {
        return u8(113);
    }

    void fit(int v) {
        u8(113, v);
    }
}
