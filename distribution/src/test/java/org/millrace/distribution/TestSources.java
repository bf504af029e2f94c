package org.millrace.distribution;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The sources of the tests of all modules, which may be in the middle of being built. */
final class TestSources {
    private TestSources() {
    }

    /** {@return text by class name, of all files of that name whose paths are wanted} */
    static Map<String, String> byClass(Path root, Predicate<String> wanted) throws IOException {
        Map<String, String> sources = new TreeMap<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                String name = directory.getFileName().toString();
                return name.equals("target") || name.startsWith(".") ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String path = file.toString();
                if (path.contains("src/test/java") && path.endsWith("Test.java") && wanted.test(path)) {
                    sources.merge(file.getFileName().toString().replace(".java", ""), Files.readString(file), String::concat);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return sources;
    }
}
