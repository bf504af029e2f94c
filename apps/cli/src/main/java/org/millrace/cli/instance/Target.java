package org.millrace.cli.instance;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.millrace.cli.tool.Output;
import org.millrace.cli.tool.ToolException;
import picocli.CommandLine.Parameters;

/** Which instance a command is about, and how to print what it says. */
final class Target extends Output {
    @Parameters(index = "0", arity = "0..1", paramLabel = "INSTANCE",
        description = "Its name, or the absolute path of its directory (default: the only one of this user that runs).")
    private String instance;

    /** Made by picocli. */
    Target() {
    }

    InstanceFiles instance() throws ToolException {
        return instance == null ? InstanceFiles.only() : InstanceFiles.of(instance);
    }

    /**
     * {@return what follows INSTANCE} If none was named, the first of these words stands in its place.
     *
     * @param behind  the words behind it, or null
     * @param isWord  whether something is such a word, and not the name of an instance
     */
    List<String> words(List<String> behind, Predicate<String> isWord) {
        List<String> words = new ArrayList<>(behind == null ? List.of() : behind);
        if (instance != null && isWord.test(instance)) {
            words.addFirst(instance);
            instance = null;
        }
        return words;
    }

    /** {@return what the instance answers to an operation without arguments} */
    Map<String, Object> ask(String operation) throws ToolException {
        return ControlClient.ask(instance(), Map.of("op", operation));
    }
}
