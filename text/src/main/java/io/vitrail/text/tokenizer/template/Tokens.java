package io.vitrail.text.tokenizer.template;

import io.vitrail.text.tokenizer.template.Token.Kind;
import java.util.List;

/** The tokens of a template, read one after the other. Not thread-safe. */
final class Tokens {
    /** Bounds how deep expressions and blocks may be, which are worked off recursively. */
    private static final int DEEPEST = 200;

    private final List<Token> all;
    private int at;
    private int depth;

    Tokens(List<Token> all) {
        this.all = all;
    }

    Token peek() {
        return all.get(at);
    }

    /** The one behind the next. */
    Token second() {
        return all.get(Math.min(at + 1, all.size() - 1));
    }

    Token next() {
        Token token = all.get(at);
        at = Math.min(at + 1, all.size() - 1);
        return token;
    }

    /** Takes an operator or keyword if it comes next. */
    boolean take(String text) {
        Token token = peek();
        boolean is = token.is(Kind.OPERATOR, text) || token.is(Kind.NAME, text);
        if (is) {
            next();
        }
        return is;
    }

    void expect(String text) {
        if (!take(text)) {
            throw unexpected("'" + text + "'");
        }
    }

    String name() {
        if (peek().kind() != Kind.NAME) {
            throw unexpected("a name");
        }
        return next().text();
    }

    void expect(Kind kind) {
        if (peek().kind() != kind) {
            throw unexpected(kind == Kind.BLOCK_END ? "'%}'" : "'}}'");
        }
        next();
    }

    TemplateError unexpected(String wanted) {
        return new TemplateError("line " + peek().line() + ": " + wanted + " is expected, not '" + peek().text() + "'");
    }

    /** Accounts for one more level, of nesting or of a chain of operators. */
    void deeper() {
        if (++depth > DEEPEST) {
            throw new TemplateError("line %d: it is nested more than %d deep", peek().line(), DEEPEST);
        }
    }

    void higher(int levels) {
        depth -= levels;
    }

    int depth() {
        return depth;
    }
}
