package io.vitrail.samples;

import io.vitrail.fusion.ImageCaptioner;
import io.vitrail.fusion.training.CaptionLesson;
import io.vitrail.fusion.training.CaptionedFiles;
import io.vitrail.transformer.training.FineTuner;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Span;
import io.vitrail.transformer.training.TuningProgress;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;

/**
 * Teaches a captioner your captions, from JSON lines with image and caption, then has it caption one of the pictures.
 */
public class TeachCaptions {
    public static void main(String[] arguments) {
        teach(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2]), 5);
    }

    static void teach(Path checkpoint, Path lines, Path folder, int epochs) {
        FineTuning how = FineTuning.builder()
                .length(new Span.Epochs(epochs))
                .batch(8)
                .rate(5e-5)
                .build();
        CaptionedFiles pictures = CaptionedFiles.read(lines, 0.1, how.seed());
        try (CaptionLesson lesson = CaptionLesson.of(checkpoint, pictures, how, CaptionLesson.Options.defaults())) {
            new FineTuner(lesson, how).run(folder, new TuningProgress() {
                @Override
                public void evaluated(Evaluated evaluated) {
                    System.out.println("epoch " + evaluated.epoch() + ": "
                            + evaluated.evaluation().metrics());
                }
            });
        }
        try (ImageCaptioner captioner = ImageCaptioner.load(folder)) {
            Path picture = pictures.training().get(0).image();
            System.out.println(
                    picture + ": " + captioner.caption(Image.fromFile(picture)).text());
        }
    }
}
