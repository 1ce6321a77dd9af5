package io.vitrail.text.tokenizer.template;

import io.vitrail.text.tokenizer.template.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Reads expressions, by Jinja's precedence from loose to tight. */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Map<String, Object> CONSTANTS =
            Map.of("true", true, "True", true, "false", false, "False", false, "none", None.NONE, "None", None.NONE);

    private final Tokens tokens;

    ExpressionParser(Tokens tokens) {
        this.tokens = tokens;
    }

    /** a, or a, b, … as a tuple. */
    Expression tuple() {
        Expression first = expression();
        if (!tokens.peek().is(Kind.OPERATOR, ",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (tokens.take(",") && !atEnd()) {
            items.add(expression());
        }
        return new Expression.ListOf(items);
    }

    private boolean atEnd() {
        Kind kind = tokens.peek().kind();
        return kind == Kind.BLOCK_END || kind == Kind.PRINT_END || tokens.peek().is(Kind.OPERATOR, ")");
    }

    Expression expression() {
        int depth = tokens.depth();
        tokens.deeper();
        Expression value = or();
        while (tokens.take("if")) {
            Expression condition = or();
            Optional<Expression> otherwise = tokens.take("else") ? Optional.of(expression()) : Optional.empty();
            value = new Expression.Choice(condition, value, otherwise);
        }
        tokens.higher(tokens.depth() - depth);
        return value;
    }

    /** Without a conditional, as behind "in" of a loop, whose "if" is the loop's. */
    Expression or() {
        Expression left = and();
        while (tokens.take("or")) {
            tokens.deeper();
            left = new Expression.Or(left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (tokens.take("and")) {
            tokens.deeper();
            left = new Expression.And(left, not());
        }
        return left;
    }

    private Expression not() {
        if (tokens.peek().is(Kind.NAME, "not")) {
            tokens.next();
            tokens.deeper();
            return new Expression.Not(not());
        }
        return comparison();
    }

    private Expression comparison() {
        Expression first = sum();
        List<String> operators = new ArrayList<>();
        List<Expression> others = new ArrayList<>();
        while (true) {
            Token token = tokens.peek();
            if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
                operators.add(tokens.next().text());
            } else if (tokens.take("in")) {
                operators.add("in");
            } else if (token.is(Kind.NAME, "not") && tokens.second().is(Kind.NAME, "in")) {
                tokens.next();
                tokens.next();
                operators.add("not in");
            } else {
                return operators.isEmpty() ? first : new Expression.Compared(first, operators, others);
            }
            others.add(sum());
        }
    }

    private Expression sum() {
        return chain(this::joined, Set.of("+", "-"));
    }

    private Expression joined() {
        return chain(this::product, Set.of("~"));
    }

    private Expression product() {
        return chain(this::power, Set.of("*", "/", "//", "%"));
    }

    private Expression chain(Supplier<Expression> tighter, Set<String> operators) {
        Expression left = tighter.get();
        while (tokens.peek().kind() == Kind.OPERATOR
                && operators.contains(tokens.peek().text())) {
            tokens.deeper();
            left = new Expression.Combined(left, tokens.next().text(), tighter.get());
        }
        return left;
    }

    private Expression power() {
        Expression left = signed(true);
        while (tokens.take("**")) {
            tokens.deeper();
            left = new Expression.Combined(left, "**", signed(true));
        }
        return left;
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
                : Optional.of(expression());
    }

    /** Behind "(", up to ")". */
    private List<Expression> arguments(Map<String, Expression> named) {
        List<Expression> positional = new ArrayList<>();
        while (!tokens.take(")")) {
            if (tokens.peek().kind() == Kind.NAME && tokens.second().is(Kind.OPERATOR, "=")) {
                String name = tokens.name();
                tokens.expect("=");
                named.put(name, expression());
            } else {
                positional.add(expression());
            }
            if (!tokens.peek().is(Kind.OPERATOR, ")")) {
                tokens.expect(",");
            }
        }
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
            case "[" -> new Expression.ListOf(items("]"));
            case "{" -> dict();
            default -> throw new TemplateError("line %d: a value is expected, not '%s'", token.line(), token.text());
        };
    }

    private Expression parenthesized() {
        if (tokens.take(")")) {
            return new Expression.ListOf(List.of());
        }
        Expression inner = tuple();
        tokens.expect(")");
        return inner;
    }

    private List<Expression> items(String end) {
        List<Expression> items = new ArrayList<>();
        while (!tokens.take(end)) {
            items.add(expression());
            if (!tokens.peek().is(Kind.OPERATOR, end)) {
                tokens.expect(",");
            }
        }
        return items;
    }

    private Expression dict() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.take("}")) {
            keys.add(expression());
            tokens.expect(":");
            values.add(expression());
            if (!tokens.peek().is(Kind.OPERATOR, "}")) {
                tokens.expect(",");
            }
        }
        return new Expression.DictOf(keys, values);
    }
}
