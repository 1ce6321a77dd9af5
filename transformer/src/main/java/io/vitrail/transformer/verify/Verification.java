package io.vitrail.transformer.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Replays golden cases and compares. Every expected tensor and value counts; one that is missing is a failure. */
public final class Verification {
    /** Receives what was computed, call by call: for dumps. */
    public interface Listener {
        void computed(GoldenCase golden, GoldenCall call, GoldenReplayer.Path path, Replayed replayed);
    }

    private static final String WRITING = "generate";
    private static final Set<String> SENSITIVE = Set.of(WRITING, "train");

    private final GoldenReplayer replayer;
    private final List<GoldenReplayer.Path> paths;
    private final Listener listener;

    public Verification(GoldenReplayer replayer, List<GoldenReplayer.Path> paths, Listener listener) {
        this.replayer = replayer;
        this.paths = List.copyOf(paths);
        this.listener = listener;
    }

    /** One verdict per call and path; none in a reduced precision of what a model generates or learns. */
    public List<Verdict> of(GoldenCase golden) {
        List<Verdict> verdicts = new ArrayList<>();
        for (GoldenReplayer.Path path : paths) {
            for (GoldenCall call : golden.calls()) {
                boolean depends = replayer.computesWithOperations(call);
                if (depends ? comparable(call, path) : path == paths.get(0)) {
                    verdicts.add(verdict(golden, call, path, depends));
                }
            }
        }
        return verdicts;
    }

    private Verdict verdict(GoldenCase golden, GoldenCall call, GoldenReplayer.Path path, boolean depends) {
        String where = golden.family() + "/" + golden.name() + " " + call.name();
        String how = depends ? path.name().toLowerCase(Locale.ROOT).replace('_', ' ') : "";
        try {
            Replayed replayed = replayer.replay(call, inputs(golden, call), path);
            listener.computed(golden, call, path, replayed);
            return compared(
                    golden,
                    call,
                    replayed,
                    new Verdict(where, how, true, 0, List.of()),
                    depends ? path.tolerance() : 0);
        } catch (RuntimeException e) {
            return Verdict.failed(where, how, e);
        }
    }

    /**
     * What is written in a reduced precision isn't: one rounding may change a token, and then all that follow. Nor is
     * what is trained: one may turn a step. Steps are compared where there are some.
     */
    private static boolean comparable(GoldenCall call, GoldenReplayer.Path path) {
        boolean steps = path != GoldenReplayer.Path.STEPS || call.operation().equals(WRITING);
        return steps && (path.tolerance() == 0 || !SENSITIVE.contains(call.operation()));
    }

    private static Map<String, GoldenTensor> inputs(GoldenCase golden, GoldenCall call) {
        Map<String, GoldenTensor> inputs = new LinkedHashMap<>();
        call.inputs().forEach((argument, name) -> inputs.put(argument, golden.tensor(name)));
        return inputs;
    }

    private static Verdict compared(
            GoldenCase golden, GoldenCall call, Replayed replayed, Verdict verdict, double tolerance) {
        List<String> failures = new ArrayList<>();
        double largest = 0;
        for (Map.Entry<String, String> output : call.outputs().entrySet()) {
            GoldenTensor expected = golden.tensors().get(output.getValue());
            GoldenTensor raw = replayed.tensors().get(output.getKey());
            if (raw == null || expected == null) {
                failures.add(output.getKey() + " is missing");
                largest = Double.POSITIVE_INFINITY;
                continue;
            }
            GoldenTensor computed = asStored(golden, call, raw);
            Comparison comparison = tolerance > 0
                    ? Comparison.reduced(computed, expected, call, tolerance)
                    : Comparison.exact(computed, expected, call);
            largest = Math.max(largest, comparison.difference());
            if (!comparison.passed()) {
                failures.add(output.getKey() + ": " + comparison.reason());
            }
        }
        for (Map.Entry<String, JsonNode> value : call.values().properties()) {
            if (!value.getValue().equals(replayed.values().get(value.getKey()))) {
                failures.add(
                        "value " + value.getKey() + " is " + replayed.values().get(value.getKey()));
            }
        }
        if (call.outputs().isEmpty() && call.values().isEmpty()) {
            failures.add("the call expects nothing");
        }
        return new Verdict(verdict.where(), verdict.path(), failures.isEmpty(), largest, failures);
    }

    private static GoldenTensor asStored(GoldenCase golden, GoldenCall call, GoldenTensor computed) {
        GoldenTensor tensor = computed;
        if (call.outputMask().isPresent()) {
            tensor = tensor.masked(golden.tensor(call.outputMask().get()));
        }
        return call.subsample() > 1 ? tensor.subsampled(call.subsample()) : tensor;
    }
}
