import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import net.openhft.chronicle.values.ValueModel;

/**
 * Run by the build: compiles the classes behind Chronicle's value interfaces into the bundle. Chronicle looks for them
 * first, and would otherwise generate and compile them when the map is opened. Argument: the output directory.
 */
public final class CompileValues {
    private static final String[] INTERFACES = {
        "net.openhft.chronicle.hash.VanillaGlobalMutableState",
        "net.openhft.chronicle.core.values.LongValue",
        "org.millrace.context.RegistryRecord",
    };

    private CompileValues() {
    }

    public static void main(String[] arguments) throws Exception {
        List<JavaFileObject> sources = new ArrayList<>();
        for (String name : INTERFACES) {
            for (String kind : new String[] {"Native", "Heap"}) {
                sources.add(source(Class.forName(name), kind));
            }
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> options = List.of("-nowarn", "-proc:none", "-parameters", "--release", "25",
            "-classpath", System.getProperty("java.class.path"), "-d", Path.of(arguments[0]).toString());
        DiagnosticCollector<JavaFileObject> messages = new DiagnosticCollector<>();
        if (!compiler.getTask(null, null, messages, options, null, sources).call()) {
            messages.getDiagnostics().forEach(System.err::println);
            System.exit(1);
        }
    }

    private static JavaFileObject source(Class<?> type, String kind) throws ReflectiveOperationException {
        Method generate = Class.forName("net.openhft.chronicle.values.Generators")
            .getDeclaredMethod("generate" + kind + "Class", ValueModel.class, String.class);
        generate.setAccessible(true);
        String simpleName = type.getSimpleName() + "$$" + kind;
        String text = (String) generate.invoke(null, ValueModel.acquire(type), simpleName);
        URI uri = URI.create("string:///" + type.getPackageName().replace('.', '/') + "/" + simpleName + ".java");
        return new SimpleJavaFileObject(uri, JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
    }
}
