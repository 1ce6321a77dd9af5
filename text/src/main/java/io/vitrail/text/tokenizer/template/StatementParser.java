package io.vitrail.text.tokenizer.template;

import io.vitrail.text.tokenizer.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the statements of a template. */
final class StatementParser {
    private final Tokens tokens;
    private final ExpressionParser expressions;

    private StatementParser(Tokens tokens) {
        this.tokens = tokens;
        expressions = new ExpressionParser(tokens);
    }

    static List<Statement> parse(String source) {
        StatementParser parser = new StatementParser(new Tokens(Lexer.tokens(source)));
        List<Statement> statements = parser.body(Set.of());
        if (parser.tokens.peek().kind() != Kind.END) {
            throw parser.tokens.unexpected("a tag");
        }
        return statements;
    }

    /** Up to a block that begins with one of the words, which stays to be read, behind its "{%". */
    private List<Statement> body(Set<String> ends) {
        tokens.deeper();
        List<Statement> body = new ArrayList<>();
        while (true) {
            Token token = tokens.peek();
            if (token.kind() == Kind.END) {
                if (!ends.isEmpty()) {
                    throw tokens.unexpected("a block " + ends);
                }
                break;
            }
            tokens.next();
            if (token.kind() == Kind.DATA) {
                body.add(new Statement.Text(token.text()));
            } else if (token.kind() == Kind.PRINT_BEGIN) {
                body.add(new Statement.Print(expressions.tuple(), token.line()));
                tokens.expect(Kind.PRINT_END);
            } else if (ends.contains(tokens.peek().text())) {
                break;
            } else {
                body.add(block(token.line()));
            }
        }
        tokens.higher(1);
        return body;
    }

    private Statement block(int line) {
        String word = tokens.name();
        return switch (word) {
            case "if" -> condition(line);
            case "for" -> loop(line);
            case "set" -> set(line);
            case "macro" -> macro();
            case "filter" -> filter();
            case "generation" -> plain("endgeneration");
            case "break" -> leave(Statement.Flow.BREAK);
            case "continue" -> leave(Statement.Flow.CONTINUE);
            default -> throw new TemplateError("line %d: the block '%s' isn't supported", line, word);
        };
    }

    private Statement leave(Statement.Flow flow) {
        tokens.expect(Kind.BLOCK_END);
        return new Statement.Leave(flow);
    }

    private List<Statement> bodyUpTo(String end) {
        tokens.expect(Kind.BLOCK_END);
        List<Statement> body = body(Set.of(end));
        tokens.expect(end);
        tokens.expect(Kind.BLOCK_END);
        return body;
    }

    /** Marks what the model says, which changes nothing in the text. */
    private Statement plain(String end) {
        return new Statement.If(new Expression.Constant(true), bodyUpTo(end), List.of(), 0);
    }

    /** Behind "if" or "elif". */
    private Statement condition(int line) {
        Expression condition = expressions.tuple();
        tokens.expect(Kind.BLOCK_END);
        List<Statement> body = body(Set.of("elif", "else", "endif"));
        if (tokens.take("elif")) {
            tokens.deeper();
            Statement otherwise = condition(tokens.peek().line());
            tokens.higher(1);
            return new Statement.If(condition, body, List.of(otherwise), line);
        }
        List<Statement> otherwise = tokens.take("else") ? bodyBefore("endif") : List.of();
        tokens.expect("endif");
        tokens.expect(Kind.BLOCK_END);
        return new Statement.If(condition, body, otherwise, line);
    }

    private List<Statement> bodyBefore(String end) {
        tokens.expect(Kind.BLOCK_END);
        return body(Set.of(end));
    }

    private Statement loop(int line) {
        List<String> targets = targets();
        tokens.expect("in");
        Expression items = expressions.or();
        Optional<Expression> condition = tokens.take("if") ? Optional.of(expressions.expression()) : Optional.empty();
        List<Statement> body;
        tokens.expect(Kind.BLOCK_END);
        body = body(Set.of("else", "endfor"));
        List<Statement> otherwise = tokens.take("else") ? bodyBefore("endfor") : List.of();
        tokens.expect("endfor");
        tokens.expect(Kind.BLOCK_END);
        return new Statement.For(targets, items, condition, body, otherwise, line);
    }

    private List<String> targets() {
        boolean parenthesized = tokens.take("(");
        List<String> targets = new ArrayList<>(List.of(tokens.name()));
        while (tokens.take(",")) {
            targets.add(tokens.name());
        }
        if (parenthesized) {
            tokens.expect(")");
        }
        return targets;
    }

    private Statement set(int line) {
        List<String> targets = targets();
        if (tokens.take(".")) {
            String name = tokens.name();
            tokens.expect("=");
            Statement set = new Statement.SetAttribute(targets.get(0), name, expressions.tuple(), line);
            tokens.expect(Kind.BLOCK_END);
            return set;
        }
        if (!tokens.take("=")) {
            return new Statement.SetText(targets.get(0), bodyUpTo("endset"));
        }
        Statement set = new Statement.SetValue(targets, expressions.tuple(), line);
        tokens.expect(Kind.BLOCK_END);
        return set;
    }

    private Statement macro() {
        String name = tokens.name();
        List<String> parameters = new ArrayList<>();
        List<Optional<Expression>> defaults = new ArrayList<>();
        tokens.expect("(");
        while (!tokens.take(")")) {
            parameters.add(tokens.name());
            defaults.add(tokens.take("=") ? Optional.of(expressions.expression()) : Optional.empty());
            if (!tokens.peek().is(Kind.OPERATOR, ")")) {
                tokens.expect(",");
            }
        }
        return new Statement.Macro(name, parameters, defaults, bodyUpTo("endmacro"));
    }

    private Statement filter() {
        Filter filter = Filter.named(tokens.name());
        return new Statement.FilterBlock(filter, bodyUpTo("endfilter"));
    }
}
