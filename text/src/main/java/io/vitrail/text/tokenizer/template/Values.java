package io.vitrail.text.tokenizer.template;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Python's values as templates see them: String, Long, Double, Boolean, {@link None}, List, Map, {@link Namespace},
 * {@link Callable}, {@link Undefined}.
 */
final class Values {
    private static final int LONGEST_REPR = 17; // digits that tell any two doubles apart

    private Values() {}

    static boolean isTrue(Object value) {
        if (value instanceof Boolean flag) {
            return flag;
        }
        if (value instanceof Number number) {
            return number.doubleValue() != 0;
        }
        if (value instanceof String text) {
            return !text.isEmpty();
        }
        if (value instanceof List<?> list) {
            return !list.isEmpty();
        }
        if (value instanceof Map<?, ?> map) {
            return !map.isEmpty();
        }
        return value != None.NONE && !(value instanceof Undefined);
    }

    /** What printing a value gives: Python's str. */
    static String text(Object value, Budget budget) {
        if (value instanceof String text) {
            return text;
        }
        if (value instanceof Undefined) {
            return "";
        }
        StringBuilder out = new StringBuilder();
        Repr.write(value, out, budget);
        return out.toString();
    }

    /** Python's repr of a float. */
    static String number(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }
        BigDecimal shortest = new BigDecimal(value);
        for (int digits = 1; digits <= LONGEST_REPR; digits++) {
            shortest = new BigDecimal(value).round(new MathContext(digits));
            if (shortest.doubleValue() == value) {
                break;
            }
        }
        double size = Math.abs(value);
        if (size != 0 && (size < 1e-4 || size >= 1e16)) {
            String[] parts = String.format("%." + (shortest.precision() - 1) + "e", shortest)
                    .split("e");
            return parts[0] + "e" + parts[1];
        }
        String plain = shortest.toPlainString();
        return plain.contains(".") ? plain.replaceAll("(\\.\\d+?)0*$", "$1") : plain + ".0";
    }

    static boolean equal(Object a, Object b, Budget budget) {
        budget.enter();
        boolean equal;
        if (isNumber(a) && isNumber(b)) {
            equal = asDouble(a) == asDouble(b);
        } else if (a instanceof List<?> first && b instanceof List<?> second) {
            equal = first.size() == second.size();
            for (int i = 0; equal && i < first.size(); i++) {
                equal = equal(first.get(i), second.get(i), budget);
            }
        } else if (a instanceof Map<?, ?> first && b instanceof Map<?, ?> second) {
            equal = first.size() == second.size();
            for (Map.Entry<?, ?> entry : first.entrySet()) {
                equal = equal
                        && second.containsKey(entry.getKey())
                        && equal(entry.getValue(), second.get(entry.getKey()), budget);
            }
        } else if (a instanceof String first && b instanceof String second) {
            budget.spend(Math.min(first.length(), second.length()));
            equal = first.equals(second);
        } else {
            equal = a == b || a instanceof Undefined && b instanceof Undefined;
        }
        budget.leave();
        return equal;
    }

    /** Negative, zero or positive, of two numbers or two texts. */
    static int compare(Object a, Object b) {
        if (isNumber(a) && isNumber(b)) {
            return Double.compare(asDouble(a), asDouble(b));
        }
        if (a instanceof String first && b instanceof String second) {
            return first.compareTo(second);
        }
        throw new TemplateError("%s and %s have no order", kind(a), kind(b));
    }

    static boolean contains(Object container, Object item, Budget budget) {
        if (container instanceof String text) {
            budget.spend(text.length());
            return text.contains(requireText(item, "what is looked for"));
        }
        if (container instanceof Map<?, ?> map) {
            return map.containsKey(item);
        }
        return items(container).stream().anyMatch(other -> equal(other, item, budget));
    }

    /** The elements that a loop would visit. */
    static List<?> items(Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        if (value instanceof Map<?, ?> map) {
            return new ArrayList<>(map.keySet());
        }
        if (value instanceof String text) {
            return text.codePoints().mapToObj(Character::toString).toList();
        }
        if (value instanceof Undefined) {
            return List.of();
        }
        throw new TemplateError("%s can't be looped over", kind(value));
    }

    static boolean isNumber(Object value) {
        return value instanceof Number || value instanceof Boolean;
    }

    static double asDouble(Object number) {
        return number instanceof Boolean flag ? flag ? 1 : 0 : ((Number) number).doubleValue();
    }

    static long asLong(Object value) {
        if (value instanceof Boolean flag) {
            return flag ? 1 : 0;
        }
        if (value instanceof Long number) {
            return number;
        }
        throw new TemplateError("%s is no whole number", kind(value));
    }

    static int index(Object value) {
        return (int) Math.max(Math.min(asLong(value), Integer.MAX_VALUE), -Integer.MAX_VALUE);
    }

    static String requireText(Object value, String what) {
        if (value instanceof String text) {
            return text;
        }
        throw new TemplateError("%s must be a text, not %s", what, kind(value));
    }

    /** For messages. */
    static String kind(Object value) {
        if (value instanceof Undefined undefined) {
            return "'" + undefined.name() + "', which isn't defined,";
        }
        if (value instanceof String) {
            return "a text";
        }
        if (isNumber(value)) {
            return value instanceof Boolean ? "a truth value" : "a number";
        }
        if (value == None.NONE) {
            return "None";
        }
        return value instanceof List<?> ? "a list" : value instanceof Map<?, ?> ? "a dict" : "an object";
    }

    /** Adds numbers, texts or lists. */
    static Object add(Object a, Object b, Budget budget) {
        if (a instanceof String first && b instanceof String second) {
            budget.spend((long) first.length() + second.length());
            return first + second;
        }
        if (a instanceof List<?> first && b instanceof List<?> second) {
            budget.spend((long) first.size() + second.size());
            List<Object> joined = new ArrayList<>(first);
            joined.addAll(second);
            return joined;
        }
        return Arithmetic.ADD.of(a, b);
    }

    /** Numbers, or a text repeated. */
    static Object multiply(Object a, Object b, Budget budget) {
        if (a instanceof String text && b instanceof Long times) {
            long count = Math.max(times, 0);
            budget.spend(Math.multiplyHigh(count, text.length()) == 0 ? count * text.length() : Long.MAX_VALUE);
            return text.repeat((int) (text.isEmpty() ? 0 : count));
        }
        return a instanceof Long && b instanceof String ? multiply(b, a, budget) : Arithmetic.MULTIPLY.of(a, b);
    }

    /** One that Map.of-like immutables would refuse. */
    static Object orNone(Object value) {
        return Objects.requireNonNullElse(value, None.NONE);
    }
}
