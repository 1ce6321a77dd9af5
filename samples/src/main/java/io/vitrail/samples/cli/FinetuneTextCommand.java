package io.vitrail.samples.cli;

import io.vitrail.text.training.LabelledTexts;
import io.vitrail.text.training.TextClassificationLesson;
import io.vitrail.text.training.TextLessonOptions;
import io.vitrail.transformer.training.FineTuning;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Teaches a text model one's own classes. */
@Command(
        name = "text",
        description = {
            "Teach a model to tell your classes of texts apart.",
            "FILE is CSV or TSV with a header, or an object of JSON per line: text, perhaps text_pair, and label; or"
                    + " labels, a list in JSON or names between | in a table, where a text has any number of classes.",
            "The learning rate is 5e-5 at most, and 5e-4 with --lora."
        })
final class FinetuneTextCommand implements Callable<Integer> {
    private static final double RATE = 5e-5;
    private static final double RATE_OF_LORA = 5e-4;

    @Spec
    private CommandSpec spec;

    @Mixin
    private TuningOptions tuning;

    @Mixin
    private TextLessonSettings settings;

    @Override
    public Integer call() {
        TextLessonOptions options = settings.options(tuning.command());
        FineTuning how = tuning.fineTuning(options.lora().isPresent() ? RATE_OF_LORA : RATE);
        LabelledTexts texts = settings.texts(tuning.seed(), LabelledTexts::read, LabelledTexts::read);
        Path source = settings.source(tuning.out());
        PrintWriter err = spec.commandLine().getErr();
        err.printf(
                "Learning %d classes from %d texts, measuring by %d.%n",
                texts.labels().size(),
                texts.training().size(),
                texts.evaluation().size());
        err.flush();
        try (TextClassificationLesson lesson = TextClassificationLesson.open(source, texts, options, how)) {
            new TuningRunner(spec.commandLine().getOut(), err).run(lesson, how, tuning.out(), settings.style());
            return 0;
        }
    }
}
