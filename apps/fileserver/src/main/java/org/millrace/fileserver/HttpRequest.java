package org.millrace.fileserver;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A request's head, RFC 9112.
 *
 * @param method        as it came
 * @param path          decoded, begins with a slash
 * @param query         behind the question mark, or empty
 * @param contentLength of the body, or -1 if there is none
 * @param keepAlive     whether the connection goes on after the response
 * @param expectsGoOn   whether the client waits for 100 (Continue)
 */
record HttpRequest(String method, String path, String query, long contentLength, boolean keepAlive,
                   boolean expectsGoOn) {
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+"); // RFC 9110 §5.6.2
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
    private static final Pattern VERSION = Pattern.compile("HTTP/[0-9]\\.[0-9]");

    /** Refuses a request. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;
        private final int status;

        Refusal(int status, String why) {
            super(why, null, false, false);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /** {@return the request of a head's bytes, up to and with the empty line} */
    static HttpRequest parse(byte[] head, int length) throws Refusal {
        List<String> lines = new String(head, 0, length, StandardCharsets.ISO_8859_1).lines().toList();
        String[] words = lines.getFirst().split(" ", -1);
        if (words.length != 3 || !TOKEN.matcher(words[0]).matches() || !VERSION.matcher(words[2]).matches()) {
            throw new Refusal(400, "malformed request line");
        }
        if (!words[2].startsWith("HTTP/1.")) {
            throw new Refusal(505, "only HTTP/1.x is spoken here");
        }
        Map<String, String> fields = fields(lines.subList(1, lines.size()));
        boolean modern = !words[2].equals("HTTP/1.0");
        if (modern && !fields.containsKey("host")) {
            throw new Refusal(400, "no Host field"); // RFC 9112 §3.2
        }
        String connection = fields.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
        String target = target(words[1]);
        int mark = target.indexOf('?');
        return new HttpRequest(words[0], decode(mark < 0 ? target : target.substring(0, mark)),
            mark < 0 ? "" : target.substring(mark + 1), contentLength(fields),
            modern ? !connection.contains("close") : connection.contains("keep-alive"),
            modern && fields.getOrDefault("expect", "").equalsIgnoreCase("100-continue"));
    }

    private static Map<String, String> fields(List<String> lines) throws Refusal {
        Map<String, String> fields = new HashMap<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (line.isEmpty()) {
                break;
            }
            // RFC 9112 §5.1: no space before the colon; §5.2: no folded lines
            if (colon < 1 || !TOKEN.matcher(line.substring(0, colon)).matches()) {
                throw new Refusal(400, "malformed header field");
            }
            String value = line.substring(colon + 1).strip();
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            String before = fields.put(name, value);
            // RFC 9112 §3.2, §6.3: two hosts, two lengths are an attack
            if (before != null && (name.equals("host") || name.equals("content-length") && !before.equals(value))) {
                throw new Refusal(400, "two different " + name + " fields");
            }
        }
        return fields;
    }

    private static long contentLength(Map<String, String> fields) throws Refusal {
        String length = fields.get("content-length");
        if (fields.containsKey("transfer-encoding")) {
            throw length == null ? new Refusal(411, "send a Content-Length instead of a Transfer-Encoding")
                : new Refusal(400, "both Content-Length and Transfer-Encoding"); // RFC 9112 §6.1
        }
        if (length == null) {
            return -1;
        }
        if (!LENGTH.matcher(length).matches()) {
            throw new Refusal(400, "malformed Content-Length");
        }
        return Long.parseLong(length);
    }

    // RFC 9112 §3.2.2: the absolute form is to be understood too.
    private static String target(String target) throws Refusal {
        String path = target.regionMatches(true, 0, "http://", 0, 7)
            ? target.indexOf('/', 7) < 0 ? "/" : target.substring(target.indexOf('/', 7)) : target;
        if (!path.startsWith("/")) {
            throw new Refusal(400, "malformed target");
        }
        return path;
    }

    private static String decode(String path) throws Refusal {
        byte[] bytes = new byte[path.length()];
        int length = 0;
        for (int i = 0; i < path.length(); i++) {
            int b = path.charAt(i);
            if (b == '%') {
                int high = i + 2 < path.length() ? Character.digit(path.charAt(i + 1), 16) : -1;
                int low = i + 2 < path.length() ? Character.digit(path.charAt(i + 2), 16) : -1;
                b = high < 0 || low < 0 ? 0 : high << 4 | low;
                i += 2;
            }
            if (b < ' ' || b == 127) {
                throw new Refusal(400, "malformed target");
            }
            bytes[length++] = (byte) b;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
