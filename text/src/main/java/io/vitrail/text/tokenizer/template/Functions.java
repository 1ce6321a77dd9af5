package io.vitrail.text.tokenizer.template;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Functions that every template has. */
final class Functions {
    private Functions() {}

    static void define(Scope scope) {
        scope.set("range", (Callable) Functions::range);
        scope.set("namespace", (Callable) (arguments, s) -> namespace(arguments));
        scope.set("dict", (Callable) (arguments, s) -> new LinkedHashMap<Object, Object>(arguments.named()));
        scope.set("raise_exception", (Callable) (arguments, s) -> {
            throw new Raised(Values.text(arguments.require(0, "message"), s.budget()));
        });
        scope.set("strftime_now", (Callable) (arguments, s) -> now(arguments.text(0, "format")));
    }

    /** The template itself refuses what it is given. */
    static final class Raised extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Raised(String message) {
            super(message, null, false, false);
        }
    }

    private static Object namespace(Arguments arguments) {
        Namespace namespace = new Namespace();
        if (arguments.get(0, "", None.NONE) instanceof Map<?, ?> map) {
            map.forEach((key, value) -> namespace.set(key.toString(), value));
        }
        arguments.named().forEach(namespace::set);
        return namespace;
    }

    private static Object range(Arguments arguments, Scope scope) {
        boolean one = arguments.positional().size() == 1;
        long from = one ? 0 : Values.index(arguments.require(0, "start"));
        long to = Values.index(arguments.require(one ? 0 : 1, "stop"));
        long step = arguments.integer(2, "step", 1);
        if (step == 0) {
            throw new TemplateError("range: the step is 0");
        }
        List<Object> numbers = new ArrayList<>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            scope.budget().spend(1);
            numbers.add(i);
        }
        return numbers;
    }

    /** The time, in the notation of C's strftime. */
    private static String now(String format) {
        LocalDateTime now = LocalDateTime.now();
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                out.append(c);
                continue;
            }
            boolean unpadded = format.charAt(i + 1) == '-' && i + 2 < format.length();
            i += unpadded ? 2 : 1;
            String field = field(now, format.charAt(i));
            out.append(unpadded ? field.replaceFirst("^0+(?=.)", "") : field);
        }
        return out.toString();
    }

    private static String field(LocalDateTime now, char letter) {
        return switch (letter) {
            case 'd' -> pattern(now, "dd");
            case 'm' -> pattern(now, "MM");
            case 'Y' -> pattern(now, "yyyy");
            case 'y' -> pattern(now, "yy");
            case 'H' -> pattern(now, "HH");
            case 'I' -> pattern(now, "hh");
            case 'M' -> pattern(now, "mm");
            case 'S' -> pattern(now, "ss");
            case 'j' -> pattern(now, "DDD");
            case 'p' -> pattern(now, "a");
            case 'b' -> now.getMonth().getDisplayName(TextStyle.SHORT, Locale.ROOT);
            case 'B' -> now.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'a' -> now.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'A' -> now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'F' -> pattern(now, "yyyy-MM-dd");
            case 'T' -> pattern(now, "HH:mm:ss");
            case '%' -> "%";
            default -> throw new TemplateError("strftime_now: '%s' isn't supported", "%" + letter);
        };
    }

    private static String pattern(LocalDateTime now, String pattern) {
        return now.format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
    }
}
