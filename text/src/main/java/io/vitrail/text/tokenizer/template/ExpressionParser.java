package io.vitrail.text.tokenizer.template;

import io.vitrail.text.tokenizer.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Reads expressions, by Jinja's precedence from loose to tight; what they join, {@link OperandParser} reads. */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    private final Tokens tokens;
    private final OperandParser operands;

    ExpressionParser(Tokens tokens) {
        this.tokens = tokens;
        operands = new OperandParser(tokens, this);
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
        Expression left = operands.next();
        while (tokens.take("**")) {
            tokens.deeper();
            left = new Expression.Combined(left, "**", operands.next());
        }
        return left;
    }
}
