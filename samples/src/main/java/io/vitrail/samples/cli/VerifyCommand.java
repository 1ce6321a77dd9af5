package io.vitrail.samples.cli;

import io.vitrail.fusion.Catalogue;
import io.vitrail.transformer.kernels.StepLoops;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.Verdict;
import io.vitrail.transformer.verify.Verification;
import io.vitrail.transformer.weights.CheckpointException;
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
@Command(name = "verify", description = "Replay golden cases and compare with what Hugging Face computed.")
final class VerifyCommand implements Callable<Integer> {
    /** Which operations compute. */
    enum PathChoice {
        READABLE(GoldenReplayer.Path.READABLE),
        FAST(GoldenReplayer.Path.FAST),
        STEPS(GoldenReplayer.Path.STEPS);

        private final GoldenReplayer.Path replayed;

        PathChoice(GoldenReplayer.Path replayed) {
            this.replayed = replayed;
        }
    }

    /** What the fast operations compute in. */
    enum PrecisionChoice {
        FP32,
        BF16,
        INT8
    }

    private static final Verification.Listener NOBODY = (golden, call, path, replayed) -> {};

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "DIR",
            description = "Folders; every golden.json at or below them is a case.")
    private List<Path> folders;

    @Option(
            names = "--path",
            description = "${COMPLETION-CANDIDATES} (decoders write in Java); READABLE and FAST without it.")
    private Optional<PathChoice> path;

    @Option(
            names = "--precision",
            defaultValue = "FP32",
            description = "${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}). BF16 and INT8 run on the fast path, and"
                    + " pass where ‖difference‖ ≤ 0.03 ‖expected‖, of INT8 0.1.")
    private PrecisionChoice precision;

    @Option(names = "--dump", paramLabel = "OUT", description = "Also write what was computed, under this folder.")
    private Optional<Path> dump;

    @Override
    public Integer call() {
        List<GoldenReplayer.Path> paths = paths();
        dump.ifPresent(out -> Output.makeFolder(out, "--dump"));
        PrintWriter out = spec.commandLine().getOut();
        Map<String, GoldenReplayer> byFamily = new TreeMap<>();
        Set<String> skipped = new LinkedHashSet<>();
        int passed = 0;
        int failed = 0;
        int unknown = 0;
        try (Catalogue.Replayers replayers = Catalogue.replayers()) {
            replayers.all().forEach(r -> r.families().forEach(family -> byFamily.put(family, r)));
            for (Path folder : cases()) {
                Optional<String> family = family(folder);
                if (family.isPresent() && !byFamily.containsKey(family.get())) {
                    unknown++;
                    skipped.add(family.get());
                    continue;
                }
                for (Verdict verdict : verdicts(folder, byFamily, paths)) {
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

    /** The case's family, if its golden.json can be read; otherwise replaying it says why. */
    private static Optional<String> family(Path folder) {
        try {
            return Optional.of(GoldenCase.familyOf(folder)).filter(family -> !family.isEmpty());
        } catch (CheckpointException e) {
            return Optional.empty();
        }
    }

    private List<Verdict> verdicts(Path folder, Map<String, GoldenReplayer> byFamily, List<GoldenReplayer.Path> paths) {
        List<Verdict> verdicts = new ArrayList<>();
        try {
            GoldenCase golden = GoldenCase.read(folder);
            Optional<GoldenDump> files = dump.map(out -> new GoldenDump(out, golden));
            Verification.Listener listener = files.isPresent() ? files.get() : NOBODY;
            verdicts.addAll(new Verification(byFamily.get(golden.family()), paths, listener).of(golden));
            files.ifPresent(GoldenDump::write);
        } catch (RuntimeException | VirtualMachineError e) {
            verdicts.add(Verdict.failed(folder.toString(), "", e));
        }
        return verdicts;
    }

    private List<GoldenReplayer.Path> paths() {
        if (precision != PrecisionChoice.FP32) {
            WrongCommandLine.unless(
                    path.filter(p -> p != PathChoice.FAST).isEmpty(),
                    spec,
                    "--precision %s needs --path fast: the other paths compute in FP32 only",
                    precision);
            return List.of(
                    precision == PrecisionChoice.BF16 ? GoldenReplayer.Path.FAST_BF16 : GoldenReplayer.Path.FAST_INT8);
        }
        WrongCommandLine.unless(
                path.filter(p -> p == PathChoice.STEPS).isEmpty()
                        || StepLoops.available().isPresent(),
                spec,
                "--path steps needs a JVM with vector instructions, started with --add-modules jdk.incubator.vector");
        return path.map(choice -> List.of(choice.replayed))
                .orElse(List.of(GoldenReplayer.Path.READABLE, GoldenReplayer.Path.FAST));
    }
}
