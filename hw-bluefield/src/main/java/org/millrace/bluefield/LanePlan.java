package org.millrace.bluefield;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which stages have lanes of their own, and how many: {@code pre*2/protocol*2/post/dma}. What is not named stays on the data path's thread.
 *
 * @param lanes by kind
 */
record LanePlan(Map<Kind, Integer> lanes) {
    private static final int MOST = 16;
    private static final String ALLOWED = "allowed is pre, protocol, post and dma, in this order, as many as wanted, each alone or with a number of lanes "
        + "up to " + MOST + ", such as dma or pre*2/protocol*2/post/dma";

    /** Stages that can have lanes, in the order of the pipeline. */
    enum Kind {
        /** Stages before the first that is ordered by flow: any lane takes any item. */
        PRE,
        /** Stages from the first that is ordered by flow to the last: each flow has its lane. */
        PROTOCOL,
        /** Stages behind, up to the first that moves payload or tells an application: each flow has its lane. */
        POST,
        /** The moving of payload: any lane moves any. */
        DMA;

        /** {@return as a user writes it} */
        String word() {
            return name().toLowerCase();
        }
    }

    static LanePlan parse(String text) {
        Map<Kind, Integer> lanes = new EnumMap<>(Kind.class);
        List<Kind> order = new ArrayList<>();
        for (String part : text.split("/", -1)) {
            String[] words = part.strip().split("\\*", 2);
            Kind kind = kind(words[0].strip());
            lanes.put(kind, words.length == 1 ? 1 : count(words[1].strip()));
            order.add(kind);
        }
        if (!order.equals(List.copyOf(lanes.keySet()))) {
            throw new IllegalArgumentException(ALLOWED);
        }
        return new LanePlan(Map.copyOf(lanes));
    }

    private static Kind kind(String word) {
        if (word.equals("context")) {
            throw new IllegalArgumentException("context has no lane: what tells applications stays with what reads their requests; " + ALLOWED);
        }
        return Stream.of(Kind.values()).filter(kind -> kind.word().equals(word)).findFirst()
            .orElseThrow(() -> new IllegalArgumentException(ALLOWED));
    }

    private static int count(String text) {
        int count = text.matches("\\d{1,2}") ? Integer.parseInt(text) : 0;
        if (count < 1 || count > MOST) {
            throw new IllegalArgumentException(ALLOWED);
        }
        return count;
    }

    /** {@return how many lanes a kind has; 0: it stays on the data path's thread} */
    int lanes(Kind kind) {
        return lanes.getOrDefault(kind, 0);
    }

    /** {@return whether whole stages are on lanes, and not only the moving of payload} */
    boolean hasStages() {
        return lanes.keySet().stream().anyMatch(kind -> kind != Kind.DMA);
    }

    /** {@return what a fit report says of it beside the places of stages} */
    List<String> notes() {
        int dma = lanes(Kind.DMA);
        return dma == 0 ? List.of() : List.of("payload that is received is moved by " + (dma == 1 ? "one lane" : dma + " lanes")
            + " and by the data path's thread when it would wait for them");
    }

    @Override
    public String toString() {
        return Stream.of(Kind.values()).filter(lanes::containsKey)
            .map(kind -> lanes(kind) == 1 ? kind.word() : kind.word() + "*" + lanes(kind)).collect(Collectors.joining("/"));
    }
}
