package io.vitrail.text.tokenizer.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What stands behind a "|". */
@FunctionalInterface
interface Filter {
    Object apply(Object value, Arguments arguments, Scope scope);

    /** The filters that templates may use, by name. */
    Map<String, Filter> ALL = Map.ofEntries(
            Map.entry("trim", (v, a, s) -> Methods.strip(text(v, s), a, s, true, true)),
            Map.entry("upper", (v, a, s) -> text(v, s).toUpperCase(Locale.ROOT)),
            Map.entry("lower", (v, a, s) -> text(v, s).toLowerCase(Locale.ROOT)),
            Map.entry("capitalize", (v, a, s) -> Methods.capitalize(text(v, s))),
            Map.entry("title", (v, a, s) -> Methods.title(text(v, s))),
            Map.entry("string", (v, a, s) -> text(v, s)),
            Map.entry("safe", (v, a, s) -> v),
            Map.entry("length", (v, a, s) -> (long) items(v, s).size()),
            Map.entry("count", (v, a, s) -> (long) items(v, s).size()),
            Map.entry("list", (v, a, s) -> new ArrayList<Object>(items(v, s))),
            Map.entry("first", (v, a, s) -> Access.element(new ArrayList<>(items(v, s)), 0L, false)),
            Map.entry("last", (v, a, s) -> Access.element(new ArrayList<>(items(v, s)), -1L, false)),
            Map.entry(
                    "join",
                    (v, a, s) -> Methods.join(Values.text(a.get(0, "d", ""), s.budget()), attribute(v, a, s), s)),
            Map.entry("reverse", (v, a, s) -> reversed(v, s)),
            Map.entry("default", Filter::orElse),
            Map.entry("d", Filter::orElse),
            Map.entry("int", (v, a, s) -> toInteger(v)),
            Map.entry("float", (v, a, s) -> toReal(v)),
            Map.entry("abs", (v, a, s) -> Values.asDouble(v) < 0 ? Arithmetic.SUBTRACT.of(0L, v) : v),
            Map.entry(
                    "replace",
                    (v, a, s) -> Methods.replace(
                            text(v, s), a.text(0, "old"), a.text(1, "new"), a.integer(2, "count", -1), s)),
            Map.entry("tojson", Filter::json),
            Map.entry("items", (v, a, s) -> v instanceof Undefined ? List.of() : Methods.items(map(v))),
            Map.entry("dictsort", (v, a, s) -> dictSort(map(v), s)),
            Map.entry("sort", Filter::sorted),
            Map.entry("unique", (v, a, s) -> unique(items(v, s), s)),
            Map.entry("map", Filter::mapped),
            Map.entry("select", (v, a, s) -> picked(v, a, s, false, true)),
            Map.entry("reject", (v, a, s) -> picked(v, a, s, false, false)),
            Map.entry("selectattr", (v, a, s) -> picked(v, a, s, true, true)),
            Map.entry("rejectattr", (v, a, s) -> picked(v, a, s, true, false)),
            Map.entry("sum", (v, a, s) -> sum(attribute(v, new Arguments(List.of(), a.named()), s), s)),
            Map.entry("min", (v, a, s) -> Collections.min(items(v, s), Values::compare)),
            Map.entry("max", (v, a, s) -> Collections.max(items(v, s), Values::compare)),
            Map.entry("indent", Filter::indented));

    /** A filter by name. */
    static Filter named(String name) {
        Filter filter = ALL.get(name);
        if (filter == null) {
            throw new TemplateError("the filter '%s' isn't supported", name);
        }
        return filter;
    }

    private static String text(Object value, Scope scope) {
        String text = Values.text(value, scope.budget());
        scope.budget().spend(text.length());
        return text;
    }

    private static List<?> items(Object value, Scope scope) {
        List<?> items = Values.items(value);
        scope.budget().spend(items.size());
        return items;
    }

    private static Map<?, ?> map(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new TemplateError("%s has no items", Values.kind(value));
    }

    private static Object orElse(Object value, Arguments arguments, Scope scope) {
        boolean falseToo = Values.isTrue(arguments.get(1, "boolean", false));
        boolean replaced = value instanceof Undefined || falseToo && !Values.isTrue(value);
        return replaced ? arguments.get(0, "default_value", "") : value;
    }

    private static Object reversed(Object value, Scope scope) {
        if (value instanceof String) {
            return new StringBuilder(text(value, scope)).reverse().toString();
        }
        List<Object> reversed = new ArrayList<>(items(value, scope));
        Collections.reverse(reversed);
        return reversed;
    }

    private static Object toInteger(Object value) {
        try {
            return value instanceof String text
                    ? (Object) Long.valueOf(text.strip())
                    : (Object) (long) Values.asDouble(value);
        } catch (NumberFormatException | ClassCastException e) {
            return 0L;
        }
    }

    private static Object toReal(Object value) {
        try {
            return value instanceof String text ? Double.parseDouble(text.strip()) : Values.asDouble(value);
        } catch (NumberFormatException | ClassCastException e) {
            return 0.0;
        }
    }

    private static Object json(Object value, Arguments arguments, Scope scope) {
        boolean lines = arguments.get(1, "indent", None.NONE) != None.NONE;
        Object separators = arguments.get(2, "separators", None.NONE);
        boolean given = separators instanceof List<?> list && list.size() == 2;
        String item = given ? Values.requireText(((List<?>) separators).get(0), "a separator") : lines ? "," : ", ";
        String key = given ? Values.requireText(((List<?>) separators).get(1), "a separator") : ": ";
        boolean sort = Values.isTrue(arguments.get(3, "sort_keys", false));
        int indent = lines ? Math.max(arguments.integer(1, "indent", 0), 0) : -1;
        return new JsonText(indent, item, key, sort, scope.budget()).write(value);
    }

    private static Object dictSort(Map<?, ?> map, Scope scope) {
        scope.budget().spend(16L * map.size());
        List<Object> items = Methods.items(map);
        items.sort(Comparator.comparing(item -> folded(((List<?>) item).get(0)), Values::compare));
        return items;
    }

    private static Object folded(Object value) {
        return value instanceof String text ? text.toLowerCase(Locale.ROOT) : value;
    }

    private static Object sorted(Object value, Arguments arguments, Scope scope) {
        List<Object> items = new ArrayList<>(items(value, scope));
        scope.budget().spend(16L * items.size());
        boolean caseCounts = Values.isTrue(arguments.get(1, "case_sensitive", false));
        Object attribute = arguments.get(2, "attribute", None.NONE);
        Comparator<Object> order = Comparator.comparing(
                item -> {
                    Object key = attribute == None.NONE ? item : attributeOf(item, attribute);
                    return caseCounts ? key : folded(key);
                },
                Values::compare);
        items.sort(Values.isTrue(arguments.get(0, "reverse", false)) ? order.reversed() : order);
        return items;
    }

    private static Object unique(List<?> items, Scope scope) {
        List<Object> unique = new ArrayList<>();
        for (Object item : items) {
            boolean known =
                    unique.stream().anyMatch(other -> Values.equal(folded(other), folded(item), scope.budget()));
            if (!known) {
                unique.add(item);
            }
        }
        return unique;
    }

    private static Object attributeOf(Object item, Object path) {
        Object found = item;
        if (path instanceof Long) {
            return Access.element(item, path, false);
        }
        for (String name : Values.requireText(path, "attribute").split("\\.")) {
            found = Access.element(found, name, false);
        }
        return found;
    }

    /** The items, or an attribute of each where one is named. */
    private static Object attribute(Object value, Arguments arguments, Scope scope) {
        Object attribute = arguments.get(1, "attribute", None.NONE);
        return attribute == None.NONE
                ? value
                : items(value, scope).stream()
                        .map(item -> attributeOf(item, attribute))
                        .toList();
    }

    private static Object mapped(Object value, Arguments arguments, Scope scope) {
        List<Object> mapped = new ArrayList<>();
        Object attribute = arguments.named().get("attribute");
        Filter filter = attribute == null ? named(arguments.text(0, "filter")) : null;
        for (Object item : items(value, scope)) {
            if (filter != null) {
                mapped.add(filter.apply(item, arguments.from(1), scope));
            } else {
                Object found = attributeOf(item, attribute);
                mapped.add(found instanceof Undefined ? arguments.named().getOrDefault("default", found) : found);
            }
        }
        return mapped;
    }

    private static Object picked(Object value, Arguments arguments, Scope scope, boolean byAttribute, boolean keep) {
        int first = byAttribute ? 1 : 0;
        boolean hasTest = arguments.positional().size() > first;
        ValueTest test = hasTest ? ValueTest.named(arguments.text(first, "test")) : (v, a, s) -> Values.isTrue(v);
        List<Object> picked = new ArrayList<>();
        for (Object item : items(value, scope)) {
            Object tested = byAttribute ? attributeOf(item, arguments.require(0, "attribute")) : item;
            if (test.holds(tested, arguments.from(first + 1), scope) == keep) {
                picked.add(item);
            }
        }
        return picked;
    }

    private static Object sum(Object value, Scope scope) {
        Object sum = 0L;
        for (Object item : items(value, scope)) {
            sum = Arithmetic.ADD.of(sum, item);
        }
        return sum;
    }

    private static Object indented(Object value, Arguments arguments, Scope scope) {
        Object width = arguments.get(0, "width", 4L);
        String indent = width instanceof String text ? text : (String) Values.multiply(" ", width, scope.budget());
        boolean first = Values.isTrue(arguments.get(1, "first", false));
        boolean blank = Values.isTrue(arguments.get(2, "blank", false));
        StringBuilder out = new StringBuilder();
        String[] lines = text(value, scope).split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            boolean indents = i == 0 ? first : blank || !lines[i].isEmpty();
            scope.budget().spend(indent.length() + 1L);
            out.append(i == 0 ? "" : "\n").append(indents ? indent : "").append(lines[i]);
        }
        return out.toString();
    }
}
