package io.vitrail.samples.cli;

import ai.djl.Device;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.Verdict;
import io.vitrail.transformer.verify.Verification;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.LoadedVisionModel;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.verify.VisionReplayer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Computes what is known beforehand: a golden case of a tiny model; and, on two paths, what a small photo shows. */
final class SelfTest {
    private static final List<String> CASE = List.of(
            "config.json",
            "preprocessor_config.json",
            "model.safetensors",
            "golden.json",
            "golden.safetensors",
            "tiny.png");
    private static final String PHOTO = "photo.jpg";
    private static final double TOLERANCE = 1e-3;
    private static final String REMEDY = "./vitrail verify DIR with other cases, and report what it shows.";

    private SelfTest() {}

    /** The golden case, readable and fast, against what transformers computed. */
    static Finding golden() {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            Path folder = Files.createTempDirectory(temporary, "vitrail-doctor-");
            try {
                for (String file : CASE) {
                    Files.write(folder.resolve(file), resource(file));
                }
                return golden(folder);
            } finally {
                for (String file : CASE) {
                    Files.deleteIfExists(folder.resolve(file));
                }
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            throw CheckpointException.of(
                    "The golden case can't be unpacked: " + e + ".",
                    temporary,
                    "make room there, or name another folder for temporary files: -Djava.io.tmpdir=FOLDER.",
                    e);
        }
    }

    static Finding golden(Path folder) {
        List<GoldenReplayer.Path> paths = List.of(GoldenReplayer.Path.READABLE, GoldenReplayer.Path.FAST);
        try (VisionReplayer replayer = new VisionReplayer()) {
            Verification.Listener nobody = (golden, call, path, replayed) -> {};
            List<Verdict> verdicts = new Verification(replayer, paths, nobody).of(GoldenCase.read(folder));
            double largest =
                    verdicts.stream().mapToDouble(Verdict::difference).max().orElseThrow();
            String found = String.format(
                    Locale.ROOT, "%d results of transformers, largest difference %.1e", verdicts.size(), largest);
            return verdicts.stream()
                    .filter(verdict -> !verdict.passed())
                    .findFirst()
                    .map(verdict -> Finding.ill("golden case", found, verdict.line(), REMEDY))
                    .orElse(Finding.well("golden case", found));
        }
    }

    /** The photo's class by readable and by fast operations. */
    static Finding photo() {
        Image image = Image.fromBytes(resource(PHOTO));
        Answer readable = answer(image, ReadableOperations.INSTANCE);
        Answer fast = answer(image, Kernels.choose(Device.cpu(), Precision.FP32));
        return photo(readable, fast);
    }

    static Finding photo(Answer readable, Answer fast) {
        boolean agree = readable.label().equals(fast.label())
                && Math.abs(readable.probability() - fast.probability()) <= TOLERANCE;
        String found = "a photo of a cat by the embedded model: " + fast;
        return agree
                ? Finding.well("photo", found)
                : Finding.ill("photo", found, "The readable operations say: " + readable + ".", REMEDY);
    }

    /** The best class. */
    record Answer(String label, double probability) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s, %.1f %%", label, 100 * probability);
        }
    }

    private static Answer answer(Image image, Operations operations) {
        try (LoadedVisionModel loaded = LoadedVisionModel.embedded(operations, Device.cpu())) {
            float[] probabilities = loaded.answer(
                            List.of(image),
                            (model, pixels, pass) ->
                                    List.of(model.logits(model.features(VisionInput.of(pixels), pass), pass)
                                            .softmax(-1)
                                            .toFloatArray()))
                    .get(0);
            int best = 0;
            for (int i = 1; i < probabilities.length; i++) {
                best = probabilities[i] > probabilities[best] ? i : best;
            }
            return new Answer(loaded.model().labels().get(best), probabilities[best]);
        }
    }

    private static byte[] resource(String file) {
        try (InputStream in = SelfTest.class.getResourceAsStream("doctor/" + file)) {
            Check.state(in != null, "doctor's %s isn't in the jar.", file);
            return in.readAllBytes();
        } catch (IOException e) {
            throw CheckpointException.of(
                    "It can't be read from the jar: " + e + ".", Path.of("doctor", file), "build again.", e);
        }
    }
}
