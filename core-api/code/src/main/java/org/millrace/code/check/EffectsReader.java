package org.millrace.code.check;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.Stage;
import org.millrace.code.Code;
import org.millrace.code.Site;

/** Collects what stages and codecs do. */
final class EffectsReader {
    private EffectsReader() {
    }

    static Effects of(Stage<?, ?> stage, Class<?> meta, Code.Library library) {
        return of(stage, "process", library, Explorer.VARIANTS, new Value.View(false, meta),
            new Value.View(true, stage.spec().state().get().getClass()), Value.WIDE);
    }

    /** {@return what a parser writes; its faults do not count} */
    static Effects of(HeaderCodec<?> codec, Class<?> meta, Code.Library library) {
        return of(codec, "parse", library, Explorer.NO_VARIANTS, Value.UNKNOWN, Value.WIDE, Value.INT, Value.INT, Value.INT,
            new Value.View(false, meta));
    }

    private static Effects of(Object object, String method, Code.Library library, int variants, Value... arguments) {
        Class<?> type = object.getClass();
        Code code = type.isHidden() ? null : library.find(type, method, null);
        Effects effects = new Effects(code == null ? new Site(type.getSimpleName() + '.' + method, 0) : code.site(0));
        if (code == null) {
            effects.fault(effects.start(), "no code",
                "a stage is a class with a class file, no lambda");
            return effects;
        }
        List<Value> all = new ArrayList<>(List.of(new Value.Known(object)));
        all.addAll(List.of(arguments));
        new Explorer(type, library, effects, variants).run(code, List.copyOf(all));
        return effects;
    }
}
