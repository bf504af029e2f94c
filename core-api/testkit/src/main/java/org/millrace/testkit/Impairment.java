package org.millrace.testkit;

import java.util.Locale;

/**
 * What a bad wire does to frames. Probabilities are per frame, 0 to 1, and independent of each other.
 *
 * @param seed      of the random numbers: the same frames and calls with the same seed are impaired alike
 * @param loss      a frame disappears
 * @param reorder   a frame is held back until 1 to {@link #MAX_DISPLACEMENT} later ones have passed
 * @param duplicate a frame comes twice
 * @param corrupt   one bit of an IPv4 frame, behind its Ethernet header, is flipped
 * @param side      which way frames go that are impaired
 */
public record Impairment(long seed, double loss, double reorder, double duplicate, double corrupt, Side side) {
    /** Most later frames that overtake one that is held back. */
    public static final int MAX_DISPLACEMENT = 4;

    /** A wire without faults. */
    public static final Impairment NONE = new Impairment(1, 0, 0, 0, 0, Side.RECEIVE);

    /** Which way frames go that are impaired. */
    public enum Side {
        /** Frames that the port receives. */
        RECEIVE,
        /** Frames that the port sends. */
        TRANSMIT,
        /** All frames. */
        BOTH
    }

    /** Checks the ranges. */
    public Impairment {
        probability("loss", loss);
        probability("reorder", reorder);
        probability("duplicate", duplicate);
        probability("corrupt", corrupt);
    }

    private static void probability(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed is 0 to 1");
        }
    }

    /**
     * Reads an impairment.
     *
     * @param text {@code loss=0.01,reorder=0.01,duplicate=0.01,corrupt=0,seed=7,side=both}; each key may be left out:
     *             probabilities are then 0, the seed 1 and the side {@code receive}
     * @return the impairment
     * @throws IllegalArgumentException naming the key, its value and what is allowed
     */
    public static Impairment parse(String text) {
        Impairment result = NONE;
        for (String part : text.split(",")) {
            String[] pair = part.strip().split("=", 2);
            if (!part.isBlank()) {
                result = result.with(pair[0].strip(), pair.length == 2 ? pair[1].strip() : "");
            }
        }
        return result;
    }

    private Impairment with(String key, String value) {
        return switch (key) {
            case "seed" -> new Impairment(seed(value), loss, reorder, duplicate, corrupt, side);
            case "loss" -> new Impairment(seed, number(key, value), reorder, duplicate, corrupt, side);
            case "reorder" -> new Impairment(seed, loss, number(key, value), duplicate, corrupt, side);
            case "duplicate" -> new Impairment(seed, loss, reorder, number(key, value), corrupt, side);
            case "corrupt" -> new Impairment(seed, loss, reorder, duplicate, number(key, value), side);
            case "side" -> new Impairment(seed, loss, reorder, duplicate, corrupt, side(value));
            default -> throw new IllegalArgumentException("impairment key is \"" + key + "\" (value \"" + value
                + "\"), allowed is seed, loss, reorder, duplicate, corrupt, side");
        };
    }

    private static long seed(String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("seed is \"" + value + "\", allowed is a whole number of 64 bits", e);
        }
    }

    private static double number(String key, String value) {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + " is \"" + value + "\", allowed is 0 to 1", e);
        }
    }

    private static Side side(String value) {
        for (Side side : Side.values()) {
            if (side.name().toLowerCase(Locale.ROOT).equals(value)) {
                return side;
            }
        }
        throw new IllegalArgumentException("side is \"" + value + "\", allowed is receive, transmit, both");
    }

    /** {@return whether received frames are impaired} */
    public boolean receives() {
        return side != Side.TRANSMIT;
    }

    /** {@return whether sent frames are impaired} */
    public boolean transmits() {
        return side != Side.RECEIVE;
    }

    /** {@return in the form that {@link #parse} reads} */
    @Override
    public String toString() {
        return "loss=" + loss + ",reorder=" + reorder + ",duplicate=" + duplicate + ",corrupt=" + corrupt + ",seed="
            + seed + ",side=" + side.name().toLowerCase(Locale.ROOT);
    }
}
