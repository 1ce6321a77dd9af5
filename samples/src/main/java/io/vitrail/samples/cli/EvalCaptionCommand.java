package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.fusion.ImageCaptioner;
import io.vitrail.fusion.ImageTextEmbedder;
import io.vitrail.fusion.bulk.BulkRun;
import io.vitrail.fusion.bulk.Outcome;
import io.vitrail.fusion.bulk.Progress;
import io.vitrail.fusion.captions.CandidateCaptions;
import io.vitrail.fusion.captions.CaptionEvaluation;
import io.vitrail.fusion.captions.CaptionSet;
import io.vitrail.fusion.captions.CaptionedPicture;
import io.vitrail.fusion.captions.ClipEvaluation;
import io.vitrail.fusion.metrics.CaptionScores;
import io.vitrail.fusion.metrics.ClipScore;
import io.vitrail.text.GeneratedText;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.hub.NeededFiles;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** How close captions come to those of a set. */
@Command(name = "caption", description = "BLEU, ROUGE-L and CIDEr-D of captions, against those that people wrote.")
final class EvalCaptionCommand implements Callable<Integer> {
    private static final Set<String> FOR_CANDIDATES = Set.of("--candidates", "--split", "--json", "--clip-model");

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Mixin
    private ReadingOptions reading;

    @Mixin
    private WritingOptions writing;

    @Parameters(
            paramLabel = "DIR",
            description =
                    "A folder with captions.jsonl, or such a file: lines with \"file\", \"captions\" and \"split\".")
    private Path set;

    @Option(
            names = "--candidates",
            paramLabel = "FILE",
            description = "Instead of a model's, what is scored: lines with \"file\" and \"caption\", or \"file\" and"
                    + " \"error\".")
    private Optional<Path> candidates;

    @Option(
            names = "--prompt",
            paramLabel = "WORDS",
            defaultValue = "",
            description = "What each of the model's captions begins with, such as \"a photo of\".")
    private String prompt;

    @Option(names = "--split", paramLabel = "S", description = "Only pictures of this split, such as test.")
    private Optional<String> split;

    @Option(
            names = "--clip-model",
            paramLabel = "M",
            description = "Tell CLIPScore, too, by this model; published figures are of openai/clip-vit-base-patch32.")
    private Optional<String> clipModel;

    private final Map<String, String> said = new HashMap<>();

    @Override
    public Integer call() {
        WrongCommandLine.unless(
                !model.isNamed() || candidates.isEmpty(),
                spec,
                "either --model M or --candidates FILE tells what is scored, not both%n  try:  one of them, or neither"
                        + " for the embedded captioner; real captions come of a hub name such as %s",
                CaptionCommand.MODELS);
        List<String> forModels = spec.commandLine().getParseResult().matchedOptions().stream()
                .map(OptionSpec::longestName)
                .filter(name -> !FOR_CANDIDATES.contains(name))
                .toList();
        WrongCommandLine.unless(
                candidates.isEmpty() || forModels.isEmpty(),
                spec,
                "%s goes with a model, not with --candidates FILE",
                String.join(", ", forModels));
        Optional<CandidateCaptions> captions = candidates.map(CandidateCaptions::read);
        try (CaptionSet pictures = CaptionSet.open(set)) {
            CaptionEvaluation evaluation =
                    captions.isPresent() ? CaptionEvaluation.of(pictures, split, captions.get()) : captioned(pictures);
            captions.ifPresent(some -> said.putAll(some.captions(pictures, split)));
            Optional<ClipEvaluation> byClip = clipModel.map(named -> byClip(named, pictures));
            Map<String, String> failures = new LinkedHashMap<>(evaluation.failures());
            byClip.ifPresent(some -> failures.putAll(some.failures()));
            failures.forEach(this::printFailure);
            print(evaluation, byClip);
            return failures.isEmpty() ? 0 : Vitrail.FAILED;
        }
    }

    /** Pictures are looked at once more, by another model. */
    private ClipEvaluation byClip(String named, CaptionSet set) {
        Path folder = ModelFolder.find(named, NeededFiles.VISION_AND_TEXT, spec);
        try (ImageTextEmbedder clip = ImageTextEmbedder.load(folder, model.compute())) {
            return ClipEvaluation.of(set, said, reading.reader(), new ClipScore(clip));
        }
    }

    /** Of the captions that the model gives. */
    private CaptionEvaluation captioned(CaptionSet set) {
        ImageReader reader = reading.reader();
        long total = count(set);
        Figures figures = new Figures();
        try (ImageCaptioner captioner = CaptionCommand.open(model, writing, prompt);
                Stream<CaptionedPicture> pictures = set.pictures(split);
                BulkRun<CaptionedPicture, Image, String> run = CaptionEvaluation.captioning(
                                set, reader, images -> texts(captioner, images, figures))
                        .run(pictures.iterator())) {
            CaptionEvaluation evaluation = CaptionEvaluation.of(new Shown(run, total, bar(), said));
            writing.tell(figures);
            return evaluation;
        }
    }

    private long count(CaptionSet set) {
        try (Stream<CaptionedPicture> pictures = set.pictures(split)) {
            long count = pictures.count();
            Check.that(
                    count > 0,
                    "The set has no picture%s.",
                    split.map(name -> " of the split '" + name + "'").orElse(""));
            return count;
        }
    }

    private static List<String> texts(ImageCaptioner captioner, List<Image> images, Figures figures) {
        List<List<GeneratedText>> captions = captioner.variants(images);
        captions.forEach(figures::add);
        return captions.stream().map(variants -> variants.get(0).text()).toList();
    }

    private ProgressBar bar() {
        return new ProgressBar(spec.commandLine().getErr());
    }

    /** A run whose progress is shown, and whose captions are kept. */
    private record Shown(
            BulkRun<CaptionedPicture, Image, String> run, long total, ProgressBar bar, Map<String, String> said)
            implements Iterator<Outcome<CaptionedPicture, String>> {
        @Override
        public boolean hasNext() {
            boolean more = run.hasNext();
            if (!more) {
                bar.end();
            }
            return more;
        }

        @Override
        public Outcome<CaptionedPicture, String> next() {
            Outcome<CaptionedPicture, String> outcome = run.next();
            outcome.result().ifPresent(caption -> said.put(outcome.item().file(), caption));
            Progress now = run.progress();
            String note = String.format(Locale.ROOT, "%d pictures, %.1f a second", now.done(), now.perSecond());
            bar.show(now.done(), total, note);
            return outcome;
        }
    }

    private void printFailure(String file, String error) {
        if (writing.json()) {
            Output.line(
                    spec.commandLine().getOut(),
                    Output.object().put("file", file).put("error", error));
        } else {
            spec.commandLine().getErr().println("vitrail: " + file + ": " + error);
        }
    }

    private void print(CaptionEvaluation evaluation, Optional<ClipEvaluation> byClip) {
        PrintWriter out = spec.commandLine().getOut();
        CaptionScores scores = evaluation.report().whole();
        int n = evaluation.report().pictures().size();
        if (writing.json()) {
            ObjectNode line = Output.object()
                    .put("bleu4", scores.bleu(4))
                    .put("rougeL", scores.rougeL())
                    .put("ciderD", scores.ciderD());
            byClip.ifPresent(some -> line.put("clipScore", some.mean()));
            Output.line(out, line.put("n", n));
            return;
        }
        for (int order = 1; order <= scores.bleu().size(); order++) {
            out.printf(Locale.ROOT, "BLEU-%d   %.4f%n", order, scores.bleu(order));
        }
        out.printf(Locale.ROOT, "ROUGE-L  %.4f%nCIDEr-D  %.4f%n", scores.rougeL(), scores.ciderD());
        byClip.ifPresent(some -> out.printf(Locale.ROOT, "CLIPScore %.4f%n", some.mean()));
        int failed = evaluation.failures().size();
        out.println("of " + n + " pictures" + (failed == 0 ? "" : " (" + failed + " have no caption)"));
        out.flush();
    }
}
