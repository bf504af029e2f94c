package org.millrace.cli.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.millrace.cli.instance.InstanceFiles;
import org.millrace.cli.tool.ToolException;
import org.millrace.context.Journal;
import org.millrace.context.JournalEntry;
import org.millrace.context.JournalReader;

/** Finds journals, and reads them entry by entry: a journal is too large to be held in memory. */
final class JournalPlace {
    private static final String MARK = "metadata.cq4t"; // what every Chronicle Queue has
    private static final int DEPTH = 4;

    private JournalPlace() {
    }

    /**
     * {@return the directories of journals in a directory or of an instance, at least one}
     *
     * @param where a directory, or an instance's name
     */
    static List<Path> find(String where) throws ToolException {
        Path root = Path.of(where);
        if (!Files.isDirectory(root)) {
            root = InstanceFiles.of(where).path();
        }
        if (!Files.isReadable(root)) {
            throw new ToolException("permission denied for " + root);
        }
        try (var paths = Files.walk(root, DEPTH)) {
            List<Path> found = paths.filter(path -> path.endsWith(MARK)).map(Path::getParent).sorted().toList();
            if (found.isEmpty()) {
                throw new ToolException("no journal at " + root + ": an instance writes them if its configuration has journal = on");
            }
            return found;
        } catch (IOException | UncheckedIOException e) {
            throw new ToolException("permission denied below " + root + ": " + e.getMessage());
        }
    }

    /**
     * Reads a journal.
     *
     * @param directory its own
     * @param context   only entries of this one; negative: of all
     * @param taker     gets them, oldest first
     */
    static void read(Path directory, int context, Consumer<RecordedDescriptor> taker) throws ToolException {
        try (JournalReader reader = Journal.dump(directory)) {
            while (reader.hasNext()) {
                JournalEntry entry = reader.next();
                if (context < 0 || entry.context() == context) {
                    taker.accept(new RecordedDescriptor(entry));
                }
            }
        } catch (IOException e) {
            throw new ToolException(e.getMessage());
        } catch (UncheckedIOException e) {
            throw new ToolException(e.getCause().getMessage());
        }
    }

    /** {@return the contexts that a journal is about, in order} */
    static List<Recording> recordings(Path directory) throws ToolException {
        List<Recording> recordings = new ArrayList<>();
        Lives lives = new Lives();
        read(directory, -1, descriptor -> {
            Recording recording = new Recording(directory, descriptor.entry().context(), lives.of(descriptor));
            if (!recordings.contains(recording)) {
                recordings.add(recording);
            }
        });
        return recordings;
    }

    /**
     * A context, from its opening to its end.
     *
     * @param journal the journal's directory
     * @param context its number
     * @param life    a number is used again, and the journal goes on: which of its users this is, from 1
     */
    record Recording(Path journal, int context, int life) {
        void read(Consumer<RecordedDescriptor> taker) throws ToolException {
            Lives lives = new Lives();
            JournalPlace.read(journal, context, descriptor -> {
                if (lives.of(descriptor) == life) {
                    taker.accept(descriptor);
                }
            });
        }

        @Override
        public String toString() {
            return "context " + context + (life == 1 ? "" : " (" + life + ". of that number)") + " of " + journal;
        }
    }

    /** Tells the users of a context's number apart: each numbers what it asks for upwards. */
    private static final class Lives {
        private final Map<Integer, Integer> lives = new HashMap<>();
        private final Map<Integer, Long> asked = new HashMap<>();

        int of(RecordedDescriptor descriptor) {
            int context = descriptor.entry().context();
            if (descriptor.asks()) {
                boolean again = descriptor.opaque() <= asked.getOrDefault(context, Long.MIN_VALUE);
                asked.put(context, descriptor.opaque());
                return lives.merge(context, again ? 2 : 1, (life, first) -> life + (again ? 1 : 0));
            }
            return lives.computeIfAbsent(context, number -> 1);
        }
    }
}
