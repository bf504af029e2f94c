package org.millrace.runtime.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * What of a configuration has changed while its instance runs. A change is taken whole or not at all, so that what runs is
 * always what one version of the file says.
 *
 * @param before what the instance runs by
 * @param after  what it is to run by
 */
public record ConfigChange(InstanceConfig before, InstanceConfig after) {
    private static final String ADDRESSED = "connections and peers know it by that";
    private static final String SIZED = "its tables and contexts are sized for that";
    private static final String PLACED = "it has been set up with that";

    /** {@return why the instance cannot take it while it runs, one reason for each key; empty: it can} */
    public List<String> refusals() {
        List<String> refusals = new ArrayList<>();
        keep(refusals, "instance", before.name(), after.name(), ADDRESSED);
        keep(refusals, "port", before.port(), after.port(), ADDRESSED);
        Set<String> portKeys = new TreeSet<>(before.portOptions().keySet());
        portKeys.addAll(after.portOptions().keySet());
        portKeys.forEach(key -> keep(refusals, "port." + key, text(before.portOptions().get(key)),
            text(after.portOptions().get(key)), PLACED));
        keep(refusals, "address", before.addresses(), after.addresses(), ADDRESSED);
        keep(refusals, "flows", before.capacity().flows(), after.capacity().flows(), SIZED);
        keep(refusals, "contexts", before.capacity().contexts(), after.capacity().contexts(), SIZED);
        if (before.placement().isPinned() || after.placement().isPinned()) {
            keep(refusals, "cores", before.placement().text(), after.placement().text(), PLACED);
        }
        keep(refusals, "shards", before.shards(), after.shards(), PLACED);
        keep(refusals, "number of transports", before.transports().size(), after.transports().size(),
            "applications know them by position");
        keep(refusals, "capture", text(before.capture()), text(after.capture()), PLACED);
        keep(refusals, "capture.bytes", before.captureBytes(), after.captureBytes(), PLACED);
        Map<String, String> sharing = before.sharing().values();
        after.sharing().values().forEach((key, value) -> keep(refusals, key, sharing.get(key), value, PLACED));
        if (refusals.isEmpty()) { // their defaults follow from others
            Map<String, String> limits = LimitsConfig.values(before.limits());
            LimitsConfig.values(after.limits()).forEach((key, value) -> keep(refusals, key, limits.get(key), value, SIZED));
        }
        return refusals;
    }

    private static void keep(List<String> refusals, String key, Object before, Object after, String why) {
        if (!before.equals(after)) {
            refusals.add(key + " is '" + text(after) + "', a running instance keeps '" + text(before) + "': " + why);
        }
    }

    private static String text(Object value) {
        if (value == null) {
            return "none";
        }
        String text = value.toString();
        return value instanceof List<?> ? text.substring(1, text.length() - 1) : text;
    }

    /** {@return whether it takes a swap: other hardware, or other threads for its stages} */
    public boolean hardware() {
        return !before.hardware().equals(after.hardware()) || !Objects.equals(before.pipeline(), after.pipeline());
    }

    /**
     * {@return whether it takes a swap: another transport, or other options of it}
     *
     * @param position of the transport
     */
    public boolean transport(int position) {
        String name = after.transports().get(position);
        return !name.equals(before.transports().get(position))
            || !after.options().get(name).equals(before.options().get(name));
    }

    /** {@return whether routes change, with what transports read there: the congestion policy of new connections} */
    public boolean routes() {
        return !before.routes().equals(after.routes());
    }
}
