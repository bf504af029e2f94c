package org.millrace.tofino.placement;

/**
 * Amounts of what a stage has.
 *
 * @param tables        logical tables
 * @param sram          blocks
 * @param mapRam        blocks
 * @param tcam          blocks
 * @param vliw          actions, of which a row of VLIW instructions holds as many as it has colours
 * @param alus          stateful ALUs
 * @param gateways      gateways
 * @param crossbarBytes of the exact-match crossbar
 * @param hashBits      bits
 * @param ternaryBytes  of the ternary-match crossbar
 * @param actionBytes   of the action data bus
 */
public record Resources(int tables, int sram, int mapRam, int tcam, int vliw, int alus, int gateways,
                        int crossbarBytes, int hashBits, int ternaryBytes, int actionBytes) {
    /** None. */
    public static final Resources NONE = new Resources(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** {@return the sum}
     * @param o others */
    public Resources plus(Resources o) {
        return new Resources(tables + o.tables, sram + o.sram, mapRam + o.mapRam, tcam + o.tcam, vliw + o.vliw,
            alus + o.alus, gateways + o.gateways, crossbarBytes + o.crossbarBytes, hashBits + o.hashBits,
            ternaryBytes + o.ternaryBytes, actionBytes + o.actionBytes);
    }

    Resources withCrossbarBytes(int bytes) {
        return new Resources(tables, sram, mapRam, tcam, vliw, alus, gateways, bytes, hashBits, ternaryBytes,
            actionBytes);
    }
}
