package org.millrace.code.fuse;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Source lines of several files in one method. A class file names one source, so a line number stands for itself if no other
 * file has claimed it, else for one that is free; which file and line each means is in the class's source map (JSR 45),
 * which debuggers read.
 */
final class Lines {
    private static final int FREE = 32_768;
    private static final int MOST = 65_535;

    private record Place(String file, int line) {
    }

    private final Map<Place, Integer> numbers = new HashMap<>();
    private final Map<Integer, Place> places = new HashMap<>();
    private final List<String> files = new ArrayList<>();
    private int free = FREE;

    /** {@return the number for a line of a class, 0 if there is none left} */
    int number(Class<?> owner, int line) {
        String name = owner.getName();
        int nested = name.indexOf('$');
        Place place = new Place((nested < 0 ? name : name.substring(0, nested)).replace('.', '/') + ".java", line);
        Integer known = numbers.get(place);
        if (known != null) {
            return known;
        }
        int number = places.containsKey(line) || line >= FREE ? free++ : line;
        if (number > MOST) {
            return 0;
        }
        numbers.put(place, number);
        places.put(number, place);
        if (!files.contains(place.file)) {
            files.add(place.file);
        }
        return number;
    }

    /** {@return the source map} */
    String map(String name) {
        StringBuilder text = new StringBuilder("SMAP\n").append(name).append("\nStage\n*S Stage\n*F\n");
        for (int i = 0; i < files.size(); i++) {
            String file = files.get(i);
            text.append("+ ").append(i + 1).append(' ').append(file.substring(file.lastIndexOf('/') + 1)).append('\n').append(file)
                .append('\n');
        }
        text.append("*L\n");
        places.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(entry -> text.append(entry.getValue().line).append('#')
            .append(files.indexOf(entry.getValue().file) + 1).append(':').append(entry.getKey()).append('\n'));
        return text.append("*E\n").toString();
    }
}
