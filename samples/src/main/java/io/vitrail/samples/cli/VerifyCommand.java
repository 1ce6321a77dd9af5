package io.vitrail.samples.cli;

import io.vitrail.fusion.Catalogue;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.Verdict;
import io.vitrail.transformer.verify.Verification;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Replays golden cases, recorded from Hugging Face transformers, and compares every tensor and value. */
@Command(
        name = "verify",
        description = "Replay golden cases and compare with what Hugging Face computed.",
        mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
    /** Which operations compute. */
    enum PathChoice {
        READABLE,
        FAST
    }

    /** What the fast operations compute in. */
    enum PrecisionChoice {
        FP32,
        BF16
    }

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "DIR",
            description = "Folders; every golden.json at or below them is a case.")
    private List<Path> folders;

    @Option(names = "--path", description = "${COMPLETION-CANDIDATES}; both without it.")
    private Optional<PathChoice> path;

    @Option(
            names = "--precision",
            defaultValue = "FP32",
            description = "${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}). BF16 runs on the fast path, and passes"
                    + " where ‖difference‖ ≤ 0.03 ‖expected‖.")
    private PrecisionChoice precision;

    @Option(names = "--dump", paramLabel = "OUT", description = "Also write what was computed, under this folder.")
    private Optional<Path> dump;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, GoldenReplayer> byFamily = new TreeMap<>();
        Set<String> skipped = new LinkedHashSet<>();
        int passed = 0;
        int failed = 0;
        int unknown = 0;
        try (Catalogue.Replayers replayers = Catalogue.replayers()) {
            replayers.all().forEach(r -> r.families().forEach(family -> byFamily.put(family, r)));
            for (Path folder : cases()) {
                GoldenReplayer replayer = byFamily.get(GoldenCase.familyOf(folder));
                if (replayer == null) {
                    unknown++;
                    skipped.add(GoldenCase.familyOf(folder));
                    continue;
                }
                for (Verdict verdict : verdicts(folder, replayer)) {
                    out.println(verdict.line());
                    out.flush();
                    passed += verdict.passed() ? 1 : 0;
                    failed += verdict.passed() ? 0 : 1;
                }
            }
        }
        skipped.forEach(family -> out.println("skipped " + family + ": no catalogue knows this family"));
        out.println(passed + " passed, " + failed + " failed" + (unknown == 0 ? "" : ", " + unknown + " skipped"));
        out.flush();
        return failed == 0 ? 0 : Vitrail.FAILED;
    }

    private List<Path> cases() {
        Set<Path> cases = new LinkedHashSet<>();
        folders.forEach(folder -> cases.addAll(GoldenCase.under(folder)));
        if (cases.isEmpty()) {
            throw new IllegalArgumentException("No golden.json lies under " + folders + ".");
        }
        return new ArrayList<>(cases);
    }

    private List<Verdict> verdicts(Path folder, GoldenReplayer replayer) {
        try {
            GoldenDump files = new GoldenDump(dump);
            List<Verdict> verdicts = new Verification(replayer, paths(), files).of(GoldenCase.read(folder));
            files.write();
            return verdicts;
        } catch (RuntimeException e) {
            return List.of(Verdict.failed(folder.toString(), "", e));
        }
    }

    private List<GoldenReplayer.Path> paths() {
        if (precision == PrecisionChoice.BF16) {
            if (path.filter(p -> p == PathChoice.READABLE).isPresent()) {
                throw new IllegalArgumentException("The readable path computes in FP32 only.\n  try:  --path fast");
            }
            return List.of(GoldenReplayer.Path.FAST_BF16);
        }
        return path.map(p ->
                        List.of(p == PathChoice.READABLE ? GoldenReplayer.Path.READABLE : GoldenReplayer.Path.FAST))
                .orElse(List.of(GoldenReplayer.Path.READABLE, GoldenReplayer.Path.FAST));
    }
}
