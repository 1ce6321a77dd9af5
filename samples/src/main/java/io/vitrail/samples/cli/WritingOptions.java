package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.GeneratedText;
import io.vitrail.text.TextListener;
import io.vitrail.text.WritingTask;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.GenerationOptionsBuilder;
import io.vitrail.transformer.CallException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The options of every command that writes text. Where they say nothing, the checkpoint's generation_config.json does.
 */
final class WritingOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "Tokens of a text at most (default: as the checkpoint says, or else 256).")
    private Optional<Integer> maxNewTokens;

    @Option(names = "--min-new-tokens", paramLabel = "N", description = "Tokens of a text at least.")
    private Optional<Integer> minNewTokens;

    @Option(
            names = "--sample",
            negatable = true,
            description = "Draw tokens by their probabilities; else the most probable ones are taken.")
    private Optional<Boolean> sample;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "With --sample: below 1 likely tokens become likelier, above 1 less likely ones.")
    private Optional<Double> temperature;

    @Option(names = "--top-k", paramLabel = "K", description = "With --sample: among the K likeliest; 0 for all.")
    private Optional<Integer> topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "With --sample: among the likeliest that have the probability P together.")
    private Optional<Double> topP;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "With --sample: among those at least P times as likely as the likeliest.")
    private Optional<Double> minP;

    @Option(names = "--seed", paramLabel = "N", description = "With --sample: the same seed draws the same tokens.")
    private Optional<Long> seed;

    @Option(names = "--beams", paramLabel = "N", description = "Search with N beams; 1 for none.")
    private Optional<Integer> beams;

    @Option(
            names = "--length-penalty",
            paramLabel = "X",
            description = "With --beams: above 0 favours long texts, below 0 short ones.")
    private Optional<Double> lengthPenalty;

    @Option(names = "--repetition-penalty", paramLabel = "X", description = "Above 1: avoid tokens that occurred.")
    private Optional<Double> repetitionPenalty;

    @Option(names = "--no-repeat-ngram", paramLabel = "N", description = "Never repeat N tokens in a row.")
    private Optional<Integer> noRepeatNgram;

    @Option(names = "--variants", paramLabel = "N", description = "Texts for each input: needs --sample or --beams.")
    private Optional<Integer> variants;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            defaultValue = Option.NULL_VALUE,
            description = "End a text behind this one; may be given several times.")
    private List<String> stop;

    @Option(
            names = {"-v", "--verbose"},
            description = "Tell tokens and speed on standard error.")
    private boolean verbose;

    @Option(names = "--json", description = "One JSON object per line and text; an input that failed has an \"error\".")
    private boolean json;

    boolean json() {
        return json;
    }

    /** A checkpoint's options with those of the command line. */
    GenerationOptions over(GenerationOptions own) {
        boolean draw = Stream.of(temperature, topK, topP, minP, seed).anyMatch(Optional::isPresent);
        WrongCommandLine.unless(
                !draw || sample.orElse(own.sample()),
                spec,
                "--temperature, --top-k, --top-p, --min-p and --seed need --sample");
        WrongCommandLine.unless(
                lengthPenalty.isEmpty() || beams.orElse(own.beams()) > 1, spec, "--length-penalty needs --beams");
        try {
            return applied(own.toBuilder()).build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), OptionNames.in(e.getMessage()), e);
        }
    }

    private GenerationOptionsBuilder applied(GenerationOptionsBuilder options) {
        maxNewTokens.ifPresent(options::maxNewTokens);
        minNewTokens.ifPresent(options::minNewTokens);
        sample.ifPresent(options::sample);
        temperature.ifPresent(options::temperature);
        topK.ifPresent(options::topK);
        topP.ifPresent(options::topP);
        minP.ifPresent(options::minP);
        seed.ifPresent(options::seed);
        beams.ifPresent(options::beams);
        lengthPenalty.ifPresent(options::lengthPenalty);
        repetitionPenalty.ifPresent(options::repetitionPenalty);
        noRepeatNgram.ifPresent(options::noRepeatNgram);
        variants.ifPresent(options::returnedSequences);
        Optional.ofNullable(stop).ifPresent(options::stopStrings);
        return options;
    }

    /**
     * Writes a text for each input. A single one appears while it is being written.
     *
     * @param kind what an input is called in JSON
     * @return the exit status
     */
    int run(String kind, List<String> inputs, Supplier<WritingTask> open) {
        List<String> all = Texts.named(inputs);
        Items<String, String> items = new Items<>(kind, text -> text, out(), err(), json);
        try (Opening<WritingTask> opening = new Opening<>(open)) {
            WritingTask task = opening.get();
            if (all.size() == 1 && !json && comesPieceByPiece(task.options())) {
                stream(listener -> task.generate(all.get(0), listener));
                return 0;
            }
            Figures figures = new Figures();
            int failed = items.run(all, () -> task, WritingTask::variants, (input, texts) -> {
                figures.add(texts);
                print(kind, input, texts, all.size() > 1);
            });
            tell(figures);
            return failed == 0 ? 0 : Vitrail.FAILED;
        }
    }

    /** Beam search decides in the end. */
    static boolean comesPieceByPiece(GenerationOptions options) {
        return options.beams() == 1 && options.returnedSequences() == 1;
    }

    /** Something that writes a text while others hear it. */
    @FunctionalInterface
    interface Streamed {
        GeneratedText write(TextListener listener);
    }

    /**
     * Prints a text while it is being written. Whoever presses Ctrl-C keeps what is there.
     *
     * @return whether the program goes on
     */
    boolean stream(Streamed text) {
        Figures figures = new Figures();
        try (GracefulStop stopping = new GracefulStop()) {
            try {
                figures.add(List.of(text.write(new Printer(out(), stopping, figures))));
            } catch (CallException e) {
                if (!stopping.requested()) {
                    throw e;
                }
            }
            out().println();
            out().flush();
            tell(figures);
            return !stopping.requested();
        }
    }

    private record Printer(PrintWriter out, GracefulStop stopping, Figures figures) implements TextListener {
        @Override
        public void hear(String piece) {
            out.print(piece);
            out.flush();
        }

        @Override
        public boolean wantsMore() {
            figures.firstToken();
            return !stopping.requested() && !System.out.checkError(); // nobody reads on, as behind "| head"
        }
    }

    private void print(String kind, String input, List<GeneratedText> texts, boolean named) {
        if (json) {
            texts.forEach(text -> Output.line(out(), object(kind, input, text)));
            return;
        }
        if (named) {
            out().println(input);
        }
        texts.forEach(
                text -> out().println(named ? text.text().strip().indent(2).stripTrailing() : text.text()));
        out().flush();
    }

    static ObjectNode object(String kind, String input, GeneratedText text) {
        ObjectNode line = Output.object()
                .put(kind, input)
                .put("text", text.text())
                .put("promptTokens", text.promptTokens())
                .put("tokens", text.tokens())
                .put("end", text.end().name().toLowerCase(Locale.ROOT));
        if (Double.isFinite(text.sequence().score())) {
            line.put("score", Output.rounded(text.sequence().score()));
        }
        return line;
    }

    /** Where they were asked for. */
    void tell(Figures figures) {
        if (verbose) {
            err().println(figures.text());
            err().flush();
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
