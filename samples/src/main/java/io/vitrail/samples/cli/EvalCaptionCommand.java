package io.vitrail.samples.cli;

import io.vitrail.fusion.captions.CandidateCaptions;
import io.vitrail.fusion.captions.CaptionEvaluation;
import io.vitrail.fusion.captions.CaptionSet;
import io.vitrail.fusion.metrics.CaptionScores;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** How close captions come to those of a set. */
@Command(name = "caption", description = "BLEU, ROUGE-L and CIDEr-D of captions, against those that people wrote.")
final class EvalCaptionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "DIR",
            description =
                    "A folder with captions.jsonl, or such a file: lines with \"file\", \"captions\" and \"split\".")
    private Path set;

    @Option(
            names = "--candidates",
            paramLabel = "FILE",
            required = true,
            description = "What is scored: lines with \"file\" and \"caption\", or \"file\" and \"error\".")
    private Path candidates;

    @Option(names = "--split", paramLabel = "S", description = "Only pictures of this split, such as test.")
    private Optional<String> split;

    @Option(names = "--json", description = "The result as one JSON object; also a line for each picture that failed.")
    private boolean json;

    @Override
    public Integer call() {
        CandidateCaptions captions = CandidateCaptions.read(candidates);
        try (CaptionSet pictures = CaptionSet.open(set)) {
            CaptionEvaluation evaluation = CaptionEvaluation.of(pictures, split, captions);
            evaluation.failures().forEach(this::printFailure);
            print(evaluation);
            return evaluation.failures().isEmpty() ? 0 : Vitrail.FAILED;
        }
    }

    private void printFailure(String file, String error) {
        if (json) {
            Output.line(
                    spec.commandLine().getOut(),
                    Output.object().put("file", file).put("error", error));
        } else {
            spec.commandLine().getErr().println("vitrail: " + file + ": " + error);
        }
    }

    private void print(CaptionEvaluation evaluation) {
        PrintWriter out = spec.commandLine().getOut();
        CaptionScores scores = evaluation.report().whole();
        int n = evaluation.report().pictures().size();
        if (json) {
            Output.line(
                    out,
                    Output.object()
                            .put("bleu4", scores.bleu(4))
                            .put("rougeL", scores.rougeL())
                            .put("ciderD", scores.ciderD())
                            .put("n", n));
            return;
        }
        for (int order = 1; order <= scores.bleu().size(); order++) {
            out.printf(Locale.ROOT, "BLEU-%d   %.4f%n", order, scores.bleu(order));
        }
        out.printf(Locale.ROOT, "ROUGE-L  %.4f%nCIDEr-D  %.4f%n", scores.rougeL(), scores.ciderD());
        int failed = evaluation.failures().size();
        out.println("of " + n + " pictures" + (failed == 0 ? "" : " (" + failed + " have no caption)"));
        out.flush();
    }
}
