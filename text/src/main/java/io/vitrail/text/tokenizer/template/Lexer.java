package io.vitrail.text.tokenizer.template;

import io.vitrail.text.tokenizer.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits a template into tokens, with the reference's settings: a newline behind a block goes (trim_blocks), and so do
 * spaces between the start of a line and a block (lstrip_blocks). One use each.
 */
final class Lexer {
    private static final Pattern BEGIN = Pattern.compile("\\{([{%#])([-+]?)");
    private static final Pattern RAW =
            Pattern.compile("\\{%[-+]?\\s*raw\\s*(-?)%}(.*?)\\{%([-+]?)\\s*endraw\\s*([-+]?)%}", Pattern.DOTALL);
    private static final Pattern COMMENT_END = Pattern.compile("([-+]?)#}");
    private static final Pattern SPACE = Pattern.compile("\\s++");
    private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*+");
    private static final Pattern FLOAT = Pattern.compile("\\d[\\d_]*+(?:\\.\\d++(?:[eE][+-]?\\d++)?|[eE][+-]?\\d++)");
    private static final Pattern INTEGER = Pattern.compile("\\d[\\d_]*+");
    private static final Pattern OPERATOR = Pattern.compile("\\*\\*|//|[=!<>]=|[-+*/%~()\\[\\]{}|.,:<>=]");
    private static final Pattern BLOCK_END = Pattern.compile("([-+]?)%}");
    private static final Pattern PRINT_END = Pattern.compile("(-?)}}");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private boolean atLineStart = true;
    private int linesUpTo;
    private int lines = 1;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String source) {
        String text = source.replaceAll("\r\n|\r", "\n");
        Lexer lexer = new Lexer(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        Matcher begin = BEGIN.matcher(source);
        while (begin.find(at)) {
            char kind = begin.group(1).charAt(0);
            Matcher raw = RAW.matcher(source).region(begin.start(), source.length());
            data(source.substring(at, begin.start()), begin.group(2), kind != '{');
            if (kind == '%' && raw.lookingAt()) {
                raw(raw);
            } else if (kind == '#') {
                comment(begin.end());
            } else {
                at = begin.end();
                tag(kind == '%');
            }
        }
        data(source.substring(at), "", false);
        at = source.length();
        add(Kind.END, "the end");
    }

    /** Text in front of a tag, with what the tag takes away of it. */
    private void data(String text, String sign, boolean block) {
        int lineStart = text.lastIndexOf('\n') + 1;
        boolean whole = lineStart > 0 || atLineStart;
        String kept = text;
        if (sign.equals("-")) {
            kept = text.stripTrailing();
        } else if (block && sign.isEmpty() && whole && text.substring(lineStart).isBlank()) {
            kept = text.substring(0, lineStart);
        }
        if (!kept.isEmpty()) {
            add(Kind.DATA, kept);
        }
    }

    private void raw(Matcher raw) {
        String text = raw.group(1).isEmpty() ? raw.group(2) : raw.group(2).stripLeading();
        atLineStart = false;
        data(text.startsWith("\n") && raw.group(1).isEmpty() ? text.substring(1) : text, raw.group(3), true);
        at = raw.end();
        behind(raw.group(4), true);
    }

    private void comment(int start) {
        Matcher end = COMMENT_END.matcher(source);
        if (!end.find(start)) {
            throw new TemplateError("line %d: a comment has no end", line());
        }
        at = end.end();
        behind(end.group(1), true);
    }

    /** Skips what the end of a tag takes away. */
    private void behind(String sign, boolean block) {
        int start = at;
        if (sign.equals("-")) {
            while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
                at++;
            }
        } else if (block && sign.isEmpty() && at < source.length() && source.charAt(at) == '\n') {
            at++;
        }
        atLineStart = at > start && source.charAt(at - 1) == '\n';
    }

    private void tag(boolean block) {
        add(block ? Kind.BLOCK_BEGIN : Kind.PRINT_BEGIN, block ? "{%" : "{{");
        Pattern endPattern = block ? BLOCK_END : PRINT_END;
        int open = 0;
        while (true) {
            skipSpace();
            Matcher end = matcher(endPattern);
            if (open == 0 && end.lookingAt()) {
                add(block ? Kind.BLOCK_END : Kind.PRINT_END, end.group());
                at = end.end();
                behind(end.group(1), block);
                return;
            }
            Token token = token();
            open += "([{".contains(token.text()) && token.kind() == Kind.OPERATOR ? 1 : 0;
            open -= ")]}".contains(token.text()) && token.kind() == Kind.OPERATOR ? 1 : 0;
        }
    }

    private Token token() {
        if (at < source.length() && (source.charAt(at) == '"' || source.charAt(at) == '\'')) {
            return string();
        }
        Kind[] kinds = {Kind.NAME, Kind.FLOAT, Kind.INTEGER, Kind.OPERATOR};
        Pattern[] patterns = {NAME, FLOAT, INTEGER, OPERATOR};
        for (int i = 0; i < kinds.length; i++) {
            Matcher matcher = matcher(patterns[i]);
            if (matcher.lookingAt()) {
                Token token = add(kinds[i], matcher.group());
                at = matcher.end();
                return token;
            }
        }
        throw at == source.length()
                ? new TemplateError("line %d: a tag has no end", line())
                : new TemplateError(
                        "line %d: '%s' isn't expected", line(), source.substring(at, source.offsetByCodePoints(at, 1)));
    }

    private Token string() {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != source.charAt(at)) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw new TemplateError("line %d: a string has no end", line());
        }
        Token token = add(Kind.STRING, Escapes.decode(source.substring(at + 1, end)));
        at = end + 1;
        return token;
    }

    private void skipSpace() {
        Matcher space = matcher(SPACE);
        at = space.lookingAt() ? space.end() : at;
    }

    private Matcher matcher(Pattern pattern) {
        return pattern.matcher(source).region(at, source.length());
    }

    private Token add(Kind kind, String text) {
        Token token = new Token(kind, text, line());
        tokens.add(token);
        return token;
    }

    private int line() {
        for (; linesUpTo < at; linesUpTo++) {
            lines += source.charAt(linesUpTo) == '\n' ? 1 : 0;
        }
        return lines;
    }
}
