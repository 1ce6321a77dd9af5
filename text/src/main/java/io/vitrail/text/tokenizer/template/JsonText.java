package io.vitrail.text.tokenizer.template;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Values as JSON, as Python's json.dumps writes them with ensure_ascii=False.
 *
 * @param indent spaces of each level; -1 for one line
 * @param itemSeparator between elements
 * @param keySeparator behind keys
 * @param sortKeys whether keys are sorted
 * @param budget bounds the output
 */
record JsonText(int indent, String itemSeparator, String keySeparator, boolean sortKeys, Budget budget) {
    String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, 1, out);
        return out.toString();
    }

    private void write(Object value, int level, StringBuilder out) {
        budget.enter();
        int before = out.length();
        if (value instanceof Map<?, ?> map) {
            writeMap(map, level, out);
        } else if (value instanceof List<?> list) {
            out.append('[');
            for (int i = 0; i < list.size(); i++) {
                separate(i == 0, level, out);
                write(list.get(i), level + 1, out);
            }
            close(list.isEmpty(), level, ']', out);
        } else {
            scalar(value, out);
            budget.spend((long) out.length() - before);
        }
        budget.leave();
    }

    private void writeMap(Map<?, ?> map, int level, StringBuilder out) {
        List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
        if (sortKeys) {
            entries.sort(Comparator.comparing(entry -> entry.getKey().toString()));
        }
        out.append('{');
        for (int i = 0; i < entries.size(); i++) {
            separate(i == 0, level, out);
            quoted(Values.text(entries.get(i).getKey(), budget), out);
            out.append(keySeparator);
            write(entries.get(i).getValue(), level + 1, out);
        }
        close(map.isEmpty(), level, '}', out);
    }

    private void separate(boolean first, int level, StringBuilder out) {
        out.append(first ? "" : itemSeparator);
        newline(level, out);
    }

    private void close(boolean empty, int level, char bracket, StringBuilder out) {
        if (!empty) {
            newline(level - 1, out);
        }
        out.append(bracket);
    }

    private void newline(int level, StringBuilder out) {
        if (indent >= 0) {
            budget.spend((long) indent * level);
            out.append('\n').append(" ".repeat(indent * level));
        }
    }

    private static void scalar(Object value, StringBuilder out) {
        if (value instanceof String text) {
            quoted(text, out);
        } else if (value instanceof Boolean || value instanceof Long) {
            out.append(value);
        } else if (value instanceof Double number) {
            boolean finite = Double.isFinite(number);
            out.append(finite ? Values.number(number) : number.isNaN() ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
        } else if (value == None.NONE) {
            out.append("null");
        } else {
            throw new TemplateError("%s can't be written as JSON", Values.kind(value));
        }
    }

    private static void quoted(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> out.append(c < 32 ? String.format("\\u%04x", (int) c) : String.valueOf(c));
            }
        }
        out.append('"');
    }
}
