package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.attention.AttentionStack;
import io.vitrail.text.attention.AttentionWeights;
import io.vitrail.text.attention.SentenceAttention;
import io.vitrail.text.attention.ShownToken;
import io.vitrail.text.attention.TextAttention;
import io.vitrail.text.attention.TextAttentionPage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What the tokens of a text take from one another, as a page or as numbers.
 *
 * @param model that reads the text
 * @param written the text that it writes, if it reads one and writes another
 * @param target the page, if one is asked for
 * @param layer of the numbers, and shown first; the last one without it
 * @param head likewise; the mean of all without it
 * @param json whether numbers are asked for
 * @param spec of the command
 */
record TextMaps(
        ModelOptions model,
        Optional<String> written,
        Optional<Path> target,
        Optional<Integer> layer,
        Optional<Integer> head,
        boolean json,
        CommandSpec spec) {

    /** Shows a text; gives the exit status. */
    int run(String text) {
        check();
        PrintWriter out = spec.commandLine().getOut();
        Texts texts = new Texts(out, spec.commandLine().getErr(), json);
        return texts.answer(
                List.of(Texts.readable(text)),
                () -> model.loadForTexts((folder, compute) -> TextAttention.load(folder, compute.device())),
                (attention, few) -> few.stream()
                        .map(each -> show(attend(attention, each), out))
                        .toList(),
                (each, shown) -> tell(shown, out));
    }

    private void check() {
        WrongCommandLine.unless(
                target.isEmpty()
                        || target.get().toString().toLowerCase(Locale.ROOT).endsWith(".html"),
                spec,
                "--out must end in .html for a text, not %s",
                target.map(Path::toString).orElse(""));
        WrongCommandLine.unless(
                target.isEmpty() || !json, spec, "a page holds all numbers: leave out --json, or --out");
    }

    private SentenceAttention attend(TextAttention attention, String text) {
        return written.map(other -> attention.attend(text, Texts.readable(other)))
                .orElseGet(() -> attention.attend(text));
    }

    /** Writes what was asked for, and says what it shows. */
    private String show(SentenceAttention attention, PrintWriter out) {
        if (target.isPresent()) {
            new TextAttentionPage(attention, optional(layer), optional(head)).save(target.get());
        } else {
            Output.line(out, numbers(attention));
        }
        return "all maps";
    }

    private void tell(String shown, PrintWriter out) {
        if (!json) {
            out.println(target.orElseThrow() + ": " + shown);
            out.flush();
        }
    }

    private static OptionalInt optional(Optional<Integer> number) {
        return number.map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    /** Row by row what each query takes from the keys. */
    private ObjectNode numbers(SentenceAttention attention) {
        AttentionStack stack = attention.last();
        int number = layer.orElse(stack.layers().size() - 1);
        AttentionWeights weights = stack.layer(number);
        ObjectNode line = Output.object().put("text", attention.text());
        attention.target().ifPresent(other -> line.put("target", other));
        line.put("layer", number);
        head.ifPresent(chosen -> line.put("head", chosen));
        tokens(stack.queries(), line.putArray("queries"));
        tokens(stack.keys(), line.putArray("keys"));
        ArrayNode rows = line.putArray("values");
        for (float[] row : head.map(weights::matrix).orElseGet(weights::mean)) {
            ArrayNode values = rows.addArray();
            for (float value : row) {
                values.add(value);
            }
        }
        return line;
    }

    private static void tokens(List<ShownToken> tokens, ArrayNode names) {
        tokens.forEach(token -> names.add(token.token()));
    }
}
