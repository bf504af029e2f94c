package org.millrace.netty;

import io.netty.channel.IoHandlerContext;

/** What the kernel's handler gets to know of the loop: the loop's own, unless Millrace has work. */
final class KernelTurn implements IoHandlerContext {
    private IoHandlerContext loop;
    private long limitNs;

    /**
     * Prepares a turn.
     *
     * @param context      the loop's
     * @param longestNs how long it may sleep; 0: not at all; negative: as long as the loop says
     * @return this
     */
    KernelTurn of(IoHandlerContext context, long longestNs) {
        loop = context;
        limitNs = longestNs;
        return this;
    }

    @Override
    public boolean canBlock() {
        return limitNs != 0 && loop.canBlock();
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
        long delayNs = loop.delayNanos(currentTimeNanos);
        return limitNs < 0 ? delayNs : Math.min(delayNs, limitNs);
    }

    @Override
    public long deadlineNanos() {
        return loop.deadlineNanos();
    }

    @Override
    public boolean shouldReportActiveIoTime() {
        return loop.shouldReportActiveIoTime();
    }

    @Override
    public void reportActiveIoTime(long activeNanos) {
        loop.reportActiveIoTime(activeNanos);
    }
}
