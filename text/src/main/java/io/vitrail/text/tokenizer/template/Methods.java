package io.vitrail.text.tokenizer.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;

/** Methods of Python's texts, dicts and lists that change nothing. */
final class Methods {
    private Methods() {}

    /** A method of a value, ready to be called. */
    static Optional<Object> of(Object value, String name) {
        if (value instanceof String text) {
            return Optional.ofNullable(ofText(text, name));
        }
        if (value instanceof Map<?, ?> map) {
            return Optional.ofNullable(ofMap(map, name));
        }
        return value instanceof List<?> list ? Optional.ofNullable(ofList(list, name)) : Optional.empty();
    }

    private static Callable ofText(String text, String name) {
        return switch (name) {
            case "strip" -> (a, s) -> strip(text, a, s, true, true);
            case "lstrip" -> (a, s) -> strip(text, a, s, true, false);
            case "rstrip" -> (a, s) -> strip(text, a, s, false, true);
            case "split" -> (a, s) -> split(text, a, s);
            case "rsplit" -> (a, s) -> rsplit(text, a, s);
            case "splitlines" ->
                (a, s) -> charged(text.lines().map(Object.class::cast).toList(), text, s);
            case "startswith" -> (a, s) -> Affix.of(a.require(0, "prefix")).anyMatch(text::startsWith);
            case "endswith" -> (a, s) -> Affix.of(a.require(0, "suffix")).anyMatch(text::endsWith);
            case "replace" -> (a, s) -> replace(text, a.text(0, "old"), a.text(1, "new"), a.integer(2, "count", -1), s);
            case "lower" -> (a, s) -> charged(text.toLowerCase(Locale.ROOT), text, s);
            case "upper" -> (a, s) -> charged(text.toUpperCase(Locale.ROOT), text, s);
            case "capitalize" -> (a, s) -> charged(capitalize(text), text, s);
            case "title" -> (a, s) -> charged(title(text), text, s);
            case "find" -> (a, s) -> charged((long) text.indexOf(a.text(0, "sub")), text, s);
            case "rfind" -> (a, s) -> charged((long) text.lastIndexOf(a.text(0, "sub")), text, s);
            case "count" -> (a, s) -> charged(count(text, a.text(0, "sub")), text, s);
            case "join" -> (a, s) -> join(text, a.require(0, "iterable"), s);
            case "removeprefix" ->
                (a, s) -> text.startsWith(a.text(0, "prefix"))
                        ? text.substring(a.text(0, "prefix").length())
                        : text;
            case "removesuffix" ->
                (a, s) -> text.endsWith(a.text(0, "suffix"))
                        ? text.substring(0, text.length() - a.text(0, "suffix").length())
                        : text;
            case "isdigit" -> (a, s) -> all(text, Character::isDigit);
            case "isalpha" -> (a, s) -> all(text, Character::isLetter);
            case "isalnum" -> (a, s) -> all(text, Character::isLetterOrDigit);
            case "isspace" -> (a, s) -> all(text, Character::isWhitespace);
            case "isupper" -> (a, s) -> isCased(text, text.toUpperCase(Locale.ROOT));
            case "islower" -> (a, s) -> isCased(text, text.toLowerCase(Locale.ROOT));
            default -> null;
        };
    }

    private static Callable ofMap(Map<?, ?> map, String name) {
        return switch (name) {
            case "items" -> (a, s) -> charged(items(map), map.size(), s);
            case "keys" -> (a, s) -> charged(new ArrayList<Object>(map.keySet()), map.size(), s);
            case "values" -> (a, s) -> charged(new ArrayList<Object>(map.values()), map.size(), s);
            case "get" ->
                (a, s) -> {
                    Object found = map.get(a.require(0, "key"));
                    return found == null ? a.get(1, "default", None.NONE) : found;
                };
            case "copy" -> (a, s) -> map;
            default -> null;
        };
    }

    private static Callable ofList(List<?> list, String name) {
        return switch (name) {
            case "index" ->
                (a, s) -> {
                    for (int i = 0; i < list.size(); i++) {
                        if (Values.equal(list.get(i), a.require(0, "value"), s.budget())) {
                            return (long) i;
                        }
                    }
                    throw new TemplateError("index: the value isn't in the list");
                };
            case "count" ->
                (a, s) -> list.stream()
                        .filter(item -> Values.equal(item, a.require(0, "value"), s.budget()))
                        .count();
            case "copy" -> (a, s) -> list;
            case "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse" ->
                (a, s) -> {
                    throw new TemplateError("templates may not change lists (%s)", name);
                };
            default -> null;
        };
    }

    private static <T> T charged(T result, String text, Scope scope) {
        return charged(result, text.length(), scope);
    }

    private static <T> T charged(T result, int work, Scope scope) {
        scope.budget().spend(work);
        return result;
    }

    static List<Object> items(Map<?, ?> map) {
        List<Object> items = new ArrayList<>();
        map.forEach((key, value) -> items.add(List.of(key, value)));
        return items;
    }

    static String strip(String text, Arguments arguments, Scope scope, boolean left, boolean right) {
        scope.budget().spend(text.length());
        Object chars = arguments.get(0, "chars", None.NONE);
        IntPredicate goes = chars == None.NONE
                ? c -> Character.isWhitespace(c) || Character.isSpaceChar(c)
                : c -> Values.requireText(chars, "chars").indexOf(c) >= 0;
        int start = 0;
        int end = text.length();
        while (left && start < end && goes.test(text.charAt(start))) {
            start++;
        }
        while (right && end > start && goes.test(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static List<Object> split(String text, Arguments arguments, Scope scope) {
        scope.budget().spend(text.length());
        Object separator = arguments.get(0, "sep", None.NONE);
        int most = arguments.integer(1, "maxsplit", -1);
        List<Object> parts = new ArrayList<>();
        String rest = separator == None.NONE ? text.stripLeading() : text;
        while (most < 0 || parts.size() < most) {
            int at = separator == None.NONE ? firstSpace(rest) : rest.indexOf(separator(separator));
            if (at < 0) {
                break;
            }
            parts.add(rest.substring(0, at));
            rest = separator == None.NONE
                    ? rest.substring(at).stripLeading()
                    : rest.substring(at + separator(separator).length());
            scope.budget().spend(rest.length());
        }
        if (separator != None.NONE || !rest.isEmpty()) {
            parts.add(separator == None.NONE ? rest.stripTrailing() : rest);
        }
        return parts;
    }

    private static List<Object> rsplit(String text, Arguments arguments, Scope scope) {
        String separator = separator(arguments.require(0, "sep"));
        int most = arguments.integer(1, "maxsplit", -1);
        List<Object> parts = new ArrayList<>();
        String rest = text;
        for (int at = rest.lastIndexOf(separator); at >= 0 && (most < 0 || parts.size() < most); ) {
            parts.add(0, rest.substring(at + separator.length()));
            rest = rest.substring(0, at);
            scope.budget().spend(rest.length() + parts.size());
            at = rest.lastIndexOf(separator);
        }
        parts.add(0, rest);
        return parts;
    }

    private static String separator(Object separator) {
        String text = Values.requireText(separator, "sep");
        if (text.isEmpty()) {
            throw new TemplateError("split: the separator is empty");
        }
        return text;
    }

    private static int firstSpace(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isWhitespace(text.charAt(i))) {
                return i;
            }
        }
        return -1;
    }

    static String replace(String text, String old, String with, int count, Scope scope) {
        scope.budget().spend(text.length() + count(text, old) * with.length());
        if (count < 0) {
            return text.replace(old, with);
        }
        StringBuilder out = new StringBuilder();
        int from = 0;
        int done = 0;
        for (int at = text.indexOf(old); at >= 0 && done < count && !old.isEmpty(); done++) {
            out.append(text, from, at).append(with);
            from = at + old.length();
            at = text.indexOf(old, from);
        }
        return out.append(text, from, text.length()).toString();
    }

    private static long count(String text, String part) {
        if (part.isEmpty()) {
            return text.length() + 1L;
        }
        long count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    static String join(String separator, Object items, Scope scope) {
        StringBuilder out = new StringBuilder();
        for (Object item : Values.items(items)) {
            String text = Values.text(item, scope.budget());
            scope.budget().spend(text.length() + separator.length() + 1L);
            out.append(text).append(separator);
        }
        return out.isEmpty() ? "" : out.substring(0, out.length() - separator.length());
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        return text.substring(0, first).toUpperCase(Locale.ROOT)
                + text.substring(first).toLowerCase(Locale.ROOT);
    }

    static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean inWord = false;
        for (int c : text.codePoints().toArray()) {
            out.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
            inWord = Character.isLetter(c);
        }
        return out.toString();
    }

    private static boolean all(String text, IntPredicate predicate) {
        return !text.isEmpty() && text.codePoints().allMatch(predicate);
    }

    private static boolean isCased(String text, String cased) {
        return text.equals(cased) && text.codePoints().anyMatch(Character::isLetter);
    }
}
