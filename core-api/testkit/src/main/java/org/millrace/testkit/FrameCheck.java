package org.millrace.testkit;

/** One expectation about a frame; {@link SegmentAssert} has many. */
@FunctionalInterface
public interface FrameCheck {
    /**
     * Looks at a frame.
     *
     * @param frame the frame taken apart
     * @return what is wrong, such as {@code seq: expected 5, was 6}, or null if nothing is
     */
    String fault(ParsedFrame frame);
}
