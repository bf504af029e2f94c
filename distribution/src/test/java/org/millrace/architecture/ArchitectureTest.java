package org.millrace.architecture;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Who may use whom, on the compiled main classes of every module. A module that is not built yet, which under {@code -pl}
 * may be, is not looked at.
 */
class ArchitectureTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final String CLASSES = "/target/classes";
    private static final int MOST_CLASSES = 25;
    /** Module, and the modules that its main classes may use; {@code *} is one name, {@code **} any. */
    private static final String TABLE = """
        core-api/api            -
        core-api/memory         core-api/api
        core-api/wire           core-api/api
        core-api/net            core-api/api core-api/wire
        core-api/context        core-api/api core-api/memory
        core-api/toe            core-api/api core-api/memory
        core-api/ports          core-api/api core-api/memory core-api/wire
        core-api/runtime        core-api/api core-api/memory core-api/wire core-api/net core-api/context core-api/code
        core-api/metrics        core-api/api core-api/runtime
        core-api/execution      core-api/api
        core-api/code           core-api/api
        core-api/sim            core-api/api core-api/memory core-api/wire core-api/net
        core-api/testkit        core-api/api core-api/memory core-api/wire core-api/net core-api/sim
        transport-tcp/control   core-api/api core-api/wire core-api/net
        transport-tcp/*         core-api/api core-api/wire transport-tcp/control
        transport-homa/*        core-api/api core-api/wire core-api/net
        hw-*                    core-api/api core-api/memory core-api/wire core-api/execution core-api/code core-api/sim
        apps/benchmarks         **
        apps/cli                **
        apps/fuzz               **
        apps/lab                **
        apps/extensions/*       core-api/api
        apps/*                  core-api/api core-api/toe apps/*
        distribution            **
        """;
    /** Outside core-api/context: what Chronicle Queue is compared with. */
    private static final String CHRONICLE_COMPARED = "org.millrace.benchmarks.JournalQueue";

    /** Have one of their kind in a field, and do not stand in for it. */
    private static final Set<String> PARTS = Set.of(
        "org.millrace.toe.AttachedShard", // of its whole
        "org.millrace.code.analysis.Expr$Choice", // a tree's node
        "org.millrace.testkit.p4.value.Type$Enumeration", "org.millrace.testkit.p4.value.Type$Stack");

    private static final Map<String, Path> MODULES = new TreeMap<>();
    private static JavaClasses classes;

    private record Row(Predicate<String> module, List<Predicate<String>> uses) {
        static Row of(String line) {
            String[] words = line.split("\\s+");
            return new Row(pattern(words[0]), Stream.of(words).skip(1).map(Row::pattern).toList());
        }

        private static Predicate<String> pattern(String words) {
            return java.util.regex.Pattern.compile(words.replace("**", ".+").replaceAll("(?<!\\.)\\*", "[^/]+"))
                .asMatchPredicate();
        }
    }

    @BeforeAll
    static void readClasses() throws IOException {
        try (Stream<Path> poms = Files.find(ROOT, 4, (path, attributes) -> path.endsWith("pom.xml"))) {
            poms.map(Path::getParent).filter(module -> Files.isDirectory(module.resolve("target/classes/org/millrace")))
                .forEach(module -> MODULES.put(ROOT.relativize(module).toString(), module.resolve("target/classes")));
        }
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        classes = new ClassFileImporter().importPaths(MODULES.values());
        assertThat(MODULES).as("modules under " + ROOT).containsKeys("core-api/api", "core-api/runtime", "distribution");
    }

    private static String module(JavaClass type) {
        return type.getSource().map(source -> source.getUri().getPath()).filter(path -> path.contains(CLASSES))
            .map(path -> ROOT.relativize(Path.of(path.substring(0, path.indexOf(CLASSES)))).toString()).orElse("");
    }

    private static boolean isGenerated(JavaClass type) {
        return type.getPackageName().endsWith(".jmh_generated") || !type.getPackageName().startsWith("org.millrace");
    }

    private static Stream<Dependency> dependencies() {
        return classes.stream().flatMap(type -> type.getDirectDependenciesFromSelf().stream());
    }

    @Test
    void modulesUseOnlyWhatTheTableAllows() {
        List<Row> table = TABLE.lines().map(Row::of).toList();
        Set<String> forbidden = new TreeSet<>();
        dependencies().forEach(dependency -> {
            String from = module(dependency.getOriginClass());
            String to = module(dependency.getTargetClass().getBaseComponentType());
            if (to.isEmpty() || to.equals(from)) {
                return;
            }
            List<Row> rows = table.stream().filter(row -> row.module.test(from)).limit(1).toList();
            if (rows.isEmpty()) {
                forbidden.add(from + " is not in the table of modules");
            } else if (rows.getFirst().uses.stream().noneMatch(use -> use.test(to))) {
                forbidden.add(from + " uses " + to + ": " + dependency.getDescription());
            }
        });
        assertThat(forbidden).isEmpty();
    }

    @Test
    void transportsAndHardwareNeverImportEachOther() {
        assertThat(dependencies()
            .filter(d -> isTransportOrHardware(module(d.getOriginClass())) && isTransportOrHardware(module(d.getTargetClass())))
            .filter(d -> !top(module(d.getOriginClass())).equals(top(module(d.getTargetClass()))))
            .map(Dependency::getDescription)).isEmpty();
    }

    private static boolean isTransportOrHardware(String module) {
        return module.startsWith("transport-") || module.startsWith("hw-");
    }

    private static String top(String module) {
        return module.split("/")[0];
    }

    @Test
    void packagesHaveNoCircle() {
        slices().matching("org.millrace.(**)").should().beFreeOfCycles().check(classes);
    }

    @Test
    void chronicleIsUsedByContextsOnly() {
        assertThat(dependencies().filter(d -> d.getTargetClass().getBaseComponentType().getName().startsWith("net.openhft"))
            .filter(d -> !module(d.getOriginClass()).equals("core-api/context"))
            .map(d -> outermost(d.getOriginClass()).getName()).filter(name -> !name.equals(CHRONICLE_COMPARED)).distinct())
            .isEmpty();
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }

    /**
     * What stands in for another, and has that in a field, passes on what it does not do itself: a default method that it has
     * not thought of answers as if nobody were behind it.
     */
    @Test
    void whoStandsInForAnotherPassesOnEveryMethod() {
        Set<String> silent = new TreeSet<>();
        Set<String> standIns = new TreeSet<>();
        classes.stream().filter(type -> !type.isInterface() && !PARTS.contains(type.getName())).forEach(type -> type.getFields().stream()
            .filter(field -> !field.getModifiers().contains(JavaModifier.STATIC) && !field.getRawType().equals(type))
            .flatMap(field -> kinds(field.getRawType()).filter(type.getAllRawInterfaces()::contains))
            .forEach(kind -> {
                standIns.add(type.getName());
                kind.getMethods().stream().filter(method -> isDefault(method) && !does(type, method))
                    .forEach(method -> silent.add(type.getName() + " does not pass on " + method.getFullName()));
            }));
        assertThat(standIns).contains("org.millrace.bluefield.LaneQueue", "org.millrace.runtime.frame.FrontPort");
        assertThat(silent).isEmpty();
    }

    private static Stream<JavaClass> kinds(JavaClass type) {
        return Stream.concat(Stream.of(type), type.getAllRawInterfaces().stream()).filter(JavaClass::isInterface);
    }

    private static boolean isDefault(JavaMethod method) {
        return Stream.of(JavaModifier.ABSTRACT, JavaModifier.STATIC, JavaModifier.PRIVATE, JavaModifier.SYNTHETIC)
            .noneMatch(method.getModifiers()::contains);
    }

    private static boolean does(JavaClass type, JavaMethod method) {
        return type.getAllMethods().stream().anyMatch(own -> !own.getOwner().isInterface() && own.getName().equals(method.getName())
            && own.getRawParameterTypes().equals(method.getRawParameterTypes()));
    }

    /** A room says what lives there, who calls in and who owns its threads; a large one, why it is large. */
    @Test
    void packagesSayWhatLivesThere() throws IOException {
        Map<String, Map<String, Long>> sizes = classes.stream().filter(type -> !isGenerated(type))
            .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
            .collect(Collectors.groupingBy(ArchitectureTest::module, TreeMap::new,
                Collectors.groupingBy(JavaClass::getPackageName, TreeMap::new, Collectors.counting())));
        List<String> silent = new ArrayList<>();
        for (var module : sizes.entrySet()) {
            for (var size : module.getValue().entrySet()) {
                Path info = ROOT.resolve(module.getKey(), "src/main/java", size.getKey().replace('.', '/'), "package-info.java");
                String text = Files.exists(info) ? Files.readString(info) : "";
                if (!text.contains("Threads:")) {
                    silent.add(size.getKey() + " says nothing of who owns its threads (\"Threads: \" in its package-info)");
                }
                if (size.getValue() > MOST_CLASSES && !text.contains("More than " + MOST_CLASSES + " classes")) {
                    silent.add(size.getKey() + " has " + size.getValue() + " classes: cut it into rooms, or say in its "
                        + "package-info why not (\"More than " + MOST_CLASSES + " classes\")");
                }
            }
        }
        assertThat(silent).isEmpty();
    }

    @Test
    void theArchitectureNamesEveryModule() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/architecture.md"));
        assertThat(MODULES.keySet()).filteredOn(module -> !page.contains("| " + module) && !page.contains(", " + module))
            .isEmpty();
    }
}
