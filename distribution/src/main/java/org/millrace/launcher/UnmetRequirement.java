package org.millrace.launcher;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.BundleException;

/** Says in one line what a bundle needs that is not there. */
final class UnmetRequirement {
    /** Felix nests the reasons: the last one is the bottom of it. */
    private static final Pattern MISSING =
        Pattern.compile("missing requirement \\[([^\\]]+?) ?\\[[^\\]]*\\]\\([^)]*\\)\\] ([\\w.]+); (\\(.*?\\))(?: \\[| Unresolved|$)");
    private static final Pattern TERM = Pattern.compile("\\(([\\w.:-]+)(>=|<=|=)([^()]*)\\)");
    private static final String PACKAGE = "osgi.wiring.package";

    private UnmetRequirement() {
    }

    /** {@return why a bundle has not started} */
    static String text(BundleException refusal) {
        String message = FrameworkHost.oneLine(refusal);
        if (refusal.getType() != BundleException.RESOLVE_ERROR) {
            Throwable cause = refusal.getCause();
            return cause == null || cause.getMessage() == null ? message : message + " (" + cause.getMessage() + ")";
        }
        String reason = message;
        Matcher missing = MISSING.matcher(message);
        for (int at = 0; missing.find(at); at = missing.start() + 1) {
            reason = "it needs " + what(missing.group(2), missing.group(3)) + ", which nothing here provides";
        }
        return reason;
    }

    private static String what(String space, String filter) {
        if (!space.equals(PACKAGE)) {
            return space + " " + filter;
        }
        String name = filter;
        StringBuilder versions = new StringBuilder();
        Matcher term = TERM.matcher(filter);
        while (term.find()) {
            if (term.group(1).equals(PACKAGE)) {
                name = term.group(3);
            } else if (term.group(1).equals("version")) {
                boolean below = filter.startsWith("(!", term.start() - 2);
                versions.append(below ? " below " : " version " + term.group(2) + " ").append(term.group(3));
            }
        }
        return "package " + name + versions;
    }
}
