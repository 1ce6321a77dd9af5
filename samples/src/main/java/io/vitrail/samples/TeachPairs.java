package io.vitrail.samples;

import io.vitrail.fusion.ZeroShotClassifier;
import io.vitrail.fusion.training.CaptionedFiles;
import io.vitrail.fusion.training.ContrastiveLesson;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.training.FineTuner;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Span;
import io.vitrail.transformer.training.TuningProgress;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.List;

/** Teaches a CLIP by LoRA which of your pictures and texts belong together, and classifies with it and without. */
public class TeachPairs {
    public static void main(String[] arguments) {
        teach(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2]), 10);
    }

    static void teach(Path checkpoint, Path lines, Path folder, int epochs) {
        FineTuning how = FineTuning.builder()
                .length(new Span.Epochs(epochs))
                .batch(32)
                .rate(2e-4)
                .build();
        CaptionedFiles pairs = CaptionedFiles.read(lines, 0.1, how.seed());
        ContrastiveLesson.Options options =
                ContrastiveLesson.Options.defaults().withLora(LoraConfig.ofRank(8, "q_proj", "v_proj"));
        try (ContrastiveLesson lesson = ContrastiveLesson.of(checkpoint, pairs, how, options)) {
            new FineTuner(lesson, how).run(folder, TuningProgress.SILENT);
        }
        List<String> labels = pairs.training().stream()
                .map(pair -> pair.captions().get(0))
                .distinct()
                .toList();
        Image picture = Image.fromFile(pairs.training().get(0).image());
        try (ZeroShotClassifier before = ZeroShotClassifier.load(checkpoint, labels);
                ZeroShotClassifier after = before.with(PeftAdapter.read(folder))) {
            System.out.println("before: " + before.classify(picture).best());
            System.out.println("after: " + after.classify(picture).best());
        }
    }
}
