package io.vitrail.samples.cli;

import io.vitrail.text.training.LanguageLesson;
import io.vitrail.text.training.LanguageLessonOptions;
import io.vitrail.text.training.LanguageTexts;
import io.vitrail.text.training.TextLessonOptions;
import io.vitrail.transformer.training.FineTuning;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Teaches a language model one's own texts. */
@Command(
        name = "lm",
        description = {
            "Teach a language model your texts: one that continues texts, or one that fills in masked words.",
            "FILE is plain text (.txt), or JSON lines, CSV or TSV with text, or with prompt and completion.",
            "The learning rate is 5e-5 at most, 5e-4 with --lora, and 0.03 with --prompt-tokens."
        })
final class FinetuneLmCommand implements Callable<Integer> {
    private static final double RATE = 5e-5;
    private static final double RATE_OF_LORA = 5e-4;
    private static final double RATE_OF_PROMPT = 0.03;

    @Spec
    private CommandSpec spec;

    @Mixin
    private TuningOptions tuning;

    @Mixin
    private TextLessonSettings settings;

    @Option(
            names = "--rows",
            defaultValue = "PACKED",
            description = "PACKED: texts are joined and cut into rows of the most tokens; PADDED: each text for itself"
                    + " (default ${DEFAULT-VALUE}).")
    private LanguageLessonOptions.Rows rows;

    @Option(
            names = "--learn",
            defaultValue = "ALL",
            description = "Tokens that the loss is of: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
    private LanguageLessonOptions.Learned learned;

    @Option(
            names = "--masked",
            paramLabel = "PART",
            defaultValue = "0.15",
            description = "Of the words, for a model that fills in masked ones (default ${DEFAULT-VALUE}).")
    private double masked;

    @Option(
            names = "--prompt-tokens",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Learn a soft prompt of so many tokens instead of the model's weights; a PEFT adapter is saved.")
    private int promptTokens;

    @Override
    public Integer call() {
        LanguageLessonOptions options = options();
        FineTuning how = tuning.fineTuning(promptTokens > 0 ? RATE_OF_PROMPT : rate(options.text()));
        LanguageTexts texts = settings.texts(tuning.seed(), LanguageTexts::read, LanguageTexts::read);
        Path source = settings.source(tuning.out());
        PrintWriter err = spec.commandLine().getErr();
        try (LanguageLesson lesson = LanguageLesson.open(source, texts, options, how)) {
            err.printf("Learning from %d rows of tokens, measuring by %d.%n", lesson.rows(), lesson.measured());
            err.flush();
            new TuningRunner(spec.commandLine().getOut(), err).run(lesson, how, tuning.out(), settings.style());
            return 0;
        }
    }

    private static double rate(TextLessonOptions options) {
        return options.lora().isPresent() ? RATE_OF_LORA : RATE;
    }

    private LanguageLessonOptions options() {
        TextLessonOptions text = settings.options(tuning.command());
        try {
            return new LanguageLessonOptions(text, rows, learned, masked, promptTokens);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
