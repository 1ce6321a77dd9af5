package io.vitrail.text.tokenizer.template;

import io.vitrail.text.tokenizer.template.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads what operators join: values with their signs, elements, calls, filters and tests. */
final class OperandParser {
    private static final Map<String, Object> CONSTANTS =
            Map.of("true", true, "True", true, "false", false, "False", false, "none", None.NONE, "None", None.NONE);

    private final Tokens tokens;
    private final ExpressionParser expressions;

    /** @param expressions reads those within brackets */
    OperandParser(Tokens tokens, ExpressionParser expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
    }

    /** An operand with its filters and tests. */
    Expression next() {
        return signed(true);
    }

    private Expression signed(boolean filters) {
        if (tokens.take("-")) {
            tokens.deeper();
            return suffixed(new Expression.Negative(signed(false)), filters);
        }
        if (tokens.take("+")) {
            tokens.deeper();
            return suffixed(signed(false), filters);
        }
        return suffixed(primary(), filters);
    }

    /** What stands behind a value: elements, calls, and where they may, filters and tests. */
    private Expression suffixed(Expression value, boolean filters) {
        Expression of = value;
        while (true) {
            tokens.deeper();
            if (tokens.take(".")) {
                Token key = tokens.next();
                boolean index = key.kind() == Kind.INTEGER;
                of = new Expression.Element(
                        of, new Expression.Constant(index ? (Object) integer(key) : key.text()), !index);
            } else if (tokens.take("[")) {
                of = subscript(of);
            } else if (tokens.take("(")) {
                Map<String, Expression> named = new LinkedHashMap<>();
                of = new Expression.Call(of, arguments(named), named);
            } else if (filters && tokens.take("|")) {
                of = filtered(of);
            } else if (filters && tokens.take("is")) {
                of = tested(of);
            } else {
                tokens.higher(1);
                return of;
            }
        }
    }

    private Expression filtered(Expression of) {
        Filter filter = Filter.named(dotted());
        Map<String, Expression> named = new LinkedHashMap<>();
        List<Expression> positional = tokens.take("(") ? arguments(named) : List.of();
        return new Expression.Filtered(of, filter, positional, named);
    }

    private String dotted() {
        StringBuilder name = new StringBuilder(tokens.name());
        while (tokens.take(".")) {
            name.append('.').append(tokens.name());
        }
        return name.toString();
    }

    /** A test takes its argument with or without parentheses. */
    private Expression tested(Expression of) {
        boolean not = tokens.take("not");
        ValueTest test = ValueTest.named(tokens.name());
        List<Expression> positional = List.of();
        Token token = tokens.peek();
        boolean bare = token.kind() == Kind.STRING
                || token.kind() == Kind.INTEGER
                || token.kind() == Kind.FLOAT
                || token.is(Kind.OPERATOR, "[")
                || token.kind() == Kind.NAME
                        && !Set.of("else", "or", "and", "if", "is", "in", "not").contains(token.text());
        if (tokens.take("(")) {
            positional = arguments(new LinkedHashMap<>());
        } else if (bare) {
            positional = List.of(suffixed(primary(), false));
        }
        Expression tested = new Expression.Tested(of, test, positional);
        return not ? new Expression.Not(tested) : tested;
    }

    private Expression subscript(Expression of) {
        Optional<Expression> first = bound();
        if (tokens.take("]") && first.isPresent()) {
            return new Expression.Element(of, first.get(), false);
        }
        tokens.expect(":");
        Optional<Expression> to = bound();
        Optional<Expression> step = tokens.take(":") ? bound() : Optional.empty();
        tokens.expect("]");
        return new Expression.Slice(of, first, to, step);
    }

    private Optional<Expression> bound() {
        Token token = tokens.peek();
        return token.is(Kind.OPERATOR, ":") || token.is(Kind.OPERATOR, "]")
                ? Optional.empty()
                : Optional.of(expressions.expression());
    }

    /** Behind "(", up to ")". */
    private List<Expression> arguments(Map<String, Expression> named) {
        List<Expression> positional = new ArrayList<>();
        separated(")", () -> {
            if (tokens.peek().kind() == Kind.NAME && tokens.second().is(Kind.OPERATOR, "=")) {
                String name = tokens.name();
                tokens.expect("=");
                named.put(name, expressions.expression());
            } else {
                positional.add(expressions.expression());
            }
        });
        return positional;
    }

    private Expression primary() {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME ->
                CONSTANTS.containsKey(token.text())
                        ? new Expression.Constant(CONSTANTS.get(token.text()))
                        : new Expression.Name(token.text());
            case STRING -> string(token);
            case INTEGER -> new Expression.Constant(integer(token));
            case FLOAT ->
                new Expression.Constant(Double.parseDouble(token.text().replace("_", "")));
            case OPERATOR -> bracketed(token);
            case DATA, PRINT_BEGIN, PRINT_END, BLOCK_BEGIN, BLOCK_END, END ->
                throw new TemplateError("line %d: a value is expected, not '%s'", token.line(), token.text());
        };
    }

    /** Texts side by side are one. */
    private Expression string(Token first) {
        StringBuilder text = new StringBuilder(first.text());
        while (tokens.peek().kind() == Kind.STRING) {
            text.append(tokens.next().text());
        }
        return new Expression.Constant(text.toString());
    }

    private static Long integer(Token token) {
        try {
            return Long.valueOf(token.text().replace("_", ""));
        } catch (NumberFormatException e) {
            throw new TemplateError("line %d: the number %s is too large", token.line(), token.text());
        }
    }

    private Expression bracketed(Token token) {
        return switch (token.text()) {
            case "(" -> parenthesized();
            case "[" -> list();
            case "{" -> dict();
            default -> throw new TemplateError("line %d: a value is expected, not '%s'", token.line(), token.text());
        };
    }

    private Expression parenthesized() {
        if (tokens.take(")")) {
            return new Expression.ListOf(List.of());
        }
        Expression inner = expressions.tuple();
        tokens.expect(")");
        return inner;
    }

    private Expression list() {
        List<Expression> items = new ArrayList<>();
        separated("]", () -> items.add(expressions.expression()));
        return new Expression.ListOf(items);
    }

    private Expression dict() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        separated("}", () -> {
            keys.add(expressions.expression());
            tokens.expect(":");
            values.add(expressions.expression());
        });
        return new Expression.DictOf(keys, values);
    }

    /** Items with commas between them, or behind the last one too. */
    private void separated(String end, Runnable item) {
        while (!tokens.take(end)) {
            item.run();
            if (!tokens.peek().is(Kind.OPERATOR, end)) {
                tokens.expect(",");
            }
        }
    }
}
