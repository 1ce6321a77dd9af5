package io.vitrail.text.tokenizer.template;

import java.util.List;
import java.util.Map;

/** Python's repr: how values print within lists and dicts. */
final class Repr {
    private Repr() {}

    static void write(Object value, StringBuilder out, Budget budget) {
        budget.enter();
        int before = out.length();
        if (value instanceof List<?> list) {
            out.append('[');
            list.forEach(item -> element(item, out, out.charAt(out.length() - 1) == '[', budget));
            out.append(']');
        } else if (value instanceof Map<?, ?> map) {
            writeMap(map, out, budget);
        } else if (value instanceof String text) {
            quoted(text, out);
            budget.spend((long) out.length() - before);
        } else {
            out.append(plain(value));
        }
        budget.leave();
    }

    private static void writeMap(Map<?, ?> map, StringBuilder out, Budget budget) {
        out.append('{');
        boolean first = true;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            element(entry.getKey(), out, first, budget);
            out.append(": ");
            write(entry.getValue(), out, budget);
            first = false;
        }
        out.append('}');
    }

    private static void element(Object item, StringBuilder out, boolean first, Budget budget) {
        out.append(first ? "" : ", ");
        write(item, out, budget);
    }

    private static String plain(Object value) {
        if (value instanceof Boolean flag) {
            return flag ? "True" : "False";
        }
        if (value instanceof Double number) {
            return Values.number(number);
        }
        if (value instanceof Long) {
            return value.toString();
        }
        return value == None.NONE ? "None" : value instanceof Undefined ? "Undefined" : "<object>";
    }

    private static void quoted(String text, StringBuilder out) {
        char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
        out.append(quote);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (c == quote) {
                        out.append('\\').appendCodePoint(c);
                    } else if (c < 32 || c == 127) {
                        out.append(String.format("\\x%02x", c));
                    } else {
                        out.appendCodePoint(c);
                    }
                }
            }
        });
        out.append(quote);
    }
}
