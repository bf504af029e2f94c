package org.millrace.sim.fabric;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A topology as ns-3's data-centre simulations write it; {@link Topology#read} says how. */
final class TopologyFile {
    private static final Map<String, Double> RATES = Map.of("bps", 1.0, "Kbps", 1e3, "Mbps", 1e6, "Gbps", 1e9);
    private static final Map<String, Double> TIMES = Map.of("s", 1e12, "ms", 1e9, "us", 1e6, "ns", 1e3, "ps", 1.0);

    private final BufferedReader reader;
    private int line;

    TopologyFile(BufferedReader reader) {
        this.reader = reader;
    }

    Topology topology() throws IOException {
        String[] head = words(3);
        int nodes = number(head[0]);
        int switchCount = number(head[1]);
        int linkCount = number(head[2]);
        String[] switches = words(switchCount);
        Map<Integer, Integer> numbers = new TreeMap<>();
        for (int i = 0; i < switchCount; i++) {
            numbers.put(number(switches[i]), nodes - switchCount + i);
        }
        int hosts = 0;
        for (int node = 0; node < nodes; node++) {
            if (!numbers.containsKey(node)) {
                numbers.put(node, hosts++);
            }
        }
        List<Topology.Link> links = new ArrayList<>();
        for (int i = 0; i < linkCount; i++) {
            String[] words = words(5);
            links.add(new Topology.Link(node(numbers, words[0]), node(numbers, words[1]), (long) measure(words[2], RATES),
                (long) measure(words[3], TIMES), real(words[4])));
        }
        return new Topology(nodes - switchCount, switchCount, links);
    }

    private String[] words(int count) throws IOException {
        String text = reader.readLine();
        line++;
        if (text == null) {
            throw wrong("the file ends, and something is missing");
        }
        String[] words = text.strip().split("\\s+");
        if (words.length != count) {
            throw wrong(words.length + " words, there should be " + count);
        }
        return words;
    }

    private int node(Map<Integer, Integer> numbers, String word) throws IOException {
        Integer node = numbers.get(number(word));
        if (node == null) {
            throw wrong("there is no node " + word);
        }
        return node;
    }

    private int number(String word) throws IOException {
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException e) {
            throw wrong(word + " is not a whole number");
        }
    }

    private double real(String word) throws IOException {
        try {
            return Double.parseDouble(word);
        } catch (NumberFormatException e) {
            throw wrong(word + " is not a number");
        }
    }

    private double measure(String word, Map<String, Double> units) throws IOException {
        String unit = word.replaceFirst("^[0-9.]+", "");
        Double size = units.get(unit);
        if (size == null) {
            throw wrong(word + " has no unit of " + String.join(", ", units.keySet().stream().sorted().toList()));
        }
        return Math.rint(real(word.substring(0, word.length() - unit.length())) * size);
    }

    private IOException wrong(String what) {
        return new IOException("line " + line + ": " + what);
    }
}
