package io.vitrail.text.tokenizer.template;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What stands behind "is". */
@FunctionalInterface
interface ValueTest {
    boolean holds(Object value, Arguments arguments, Scope scope);

    /** The tests that templates may use, by name. */
    Map<String, ValueTest> ALL = Map.ofEntries(
            Map.entry("defined", (v, a, s) -> !(v instanceof Undefined)),
            Map.entry("undefined", (v, a, s) -> v instanceof Undefined),
            Map.entry("none", (v, a, s) -> v == None.NONE),
            Map.entry("string", (v, a, s) -> v instanceof String),
            Map.entry("mapping", (v, a, s) -> v instanceof Map<?, ?>),
            Map.entry("sequence", (v, a, s) -> isIterable(v)),
            Map.entry("iterable", (v, a, s) -> isIterable(v) || v instanceof Undefined),
            Map.entry("number", (v, a, s) -> Values.isNumber(v)),
            Map.entry("integer", (v, a, s) -> v instanceof Long),
            Map.entry("float", (v, a, s) -> v instanceof Double),
            Map.entry("boolean", (v, a, s) -> v instanceof Boolean),
            Map.entry("true", (v, a, s) -> Boolean.TRUE.equals(v)),
            Map.entry("false", (v, a, s) -> Boolean.FALSE.equals(v)),
            Map.entry("callable", (v, a, s) -> v instanceof Callable),
            Map.entry("odd", (v, a, s) -> Math.floorMod(Values.asLong(v), 2L) == 1),
            Map.entry("even", (v, a, s) -> Math.floorMod(Values.asLong(v), 2L) == 0),
            Map.entry(
                    "divisibleby",
                    (v, a, s) -> Arithmetic.MODULO.of(v, a.require(0, "num")).equals(0L)),
            Map.entry("lower", (v, a, s) -> Values.requireText(v, "it").equals(lower(v))),
            Map.entry("upper", (v, a, s) -> Values.requireText(v, "it").equals(upper(v))),
            Map.entry("eq", ValueTest::isEqual),
            Map.entry("equalto", ValueTest::isEqual),
            Map.entry("==", ValueTest::isEqual),
            Map.entry("ne", (v, a, s) -> !isEqual(v, a, s)),
            Map.entry("!=", (v, a, s) -> !isEqual(v, a, s)),
            Map.entry("sameas", (v, a, s) -> v == a.require(0, "other") || v.equals(a.require(0, "other"))),
            Map.entry("lt", (v, a, s) -> Values.compare(v, a.require(0, "other")) < 0),
            Map.entry("lessthan", (v, a, s) -> Values.compare(v, a.require(0, "other")) < 0),
            Map.entry("le", (v, a, s) -> Values.compare(v, a.require(0, "other")) <= 0),
            Map.entry("gt", (v, a, s) -> Values.compare(v, a.require(0, "other")) > 0),
            Map.entry("greaterthan", (v, a, s) -> Values.compare(v, a.require(0, "other")) > 0),
            Map.entry("ge", (v, a, s) -> Values.compare(v, a.require(0, "other")) >= 0),
            Map.entry("in", (v, a, s) -> Values.contains(a.require(0, "seq"), v, s.budget())));

    private static boolean isIterable(Object value) {
        return value instanceof List<?> || value instanceof Map<?, ?> || value instanceof String;
    }

    private static boolean isEqual(Object value, Arguments arguments, Scope scope) {
        return Values.equal(value, arguments.require(0, "other"), scope.budget());
    }

    private static String lower(Object text) {
        return ((String) text).toLowerCase(Locale.ROOT);
    }

    private static String upper(Object text) {
        return ((String) text).toUpperCase(Locale.ROOT);
    }

    /** A test by name. */
    static ValueTest named(String name) {
        ValueTest test = ALL.get(name);
        if (test == null) {
            throw new TemplateError("the test '%s' isn't supported", name);
        }
        return test;
    }
}
