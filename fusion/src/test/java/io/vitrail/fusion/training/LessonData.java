package io.vitrail.fusion.training;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.Resources;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.FineTuningBuilder;
import io.vitrail.transformer.training.Span;
import io.vitrail.transformer.training.TuningProgress;
import io.vitrail.transformer.weights.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the lessons' tests learn: the two pictures of a golden case, with the captions of lessons.json. */
final class LessonData {
    private LessonData() {}

    static Path golden(String name) {
        return Resources.path("/goldens/" + name);
    }

    static JsonNode recorded() {
        return JsonFile.read(Resources.path("/lessons/losses.json"));
    }

    static List<String> captions() {
        List<String> captions = new ArrayList<>();
        recorded().path("captions").forEach(caption -> captions.add(caption.asText()));
        return captions;
    }

    /** Photo and drawing, once to learn and once to be measured by. */
    static CaptionedFiles files(Path golden, Path folder) {
        try {
            Path lines = folder.resolve("captions.jsonl");
            for (String name : List.of("photo.png", "drawing.png")) {
                Files.copy(golden.resolve(name), folder.resolve(name));
            }
            List<String> captions = captions();
            Files.writeString(
                    lines,
                    """
                    {"image": "photo.png", "captions": ["%s"]}
                    {"image": "drawing.png", "caption": "%s"}
                    """
                            .formatted(captions.get(0), captions.get(1)));
            return filesIn(folder);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same, once they are there. */
    static CaptionedFiles filesIn(Path folder) {
        return CaptionedFiles.read(folder.resolve("captions.jsonl"), folder.resolve("captions.jsonl"));
    }

    /** All of both pictures in a step, measured in the end. */
    static FineTuningBuilder quick(int epochs) {
        return FineTuning.builder()
                .length(new Span.Epochs(epochs))
                .evaluateEvery(new Span.Epochs(1000))
                .batch(2)
                .rate(3e-3);
    }

    /** Hears the losses, and stops after one of the steps. */
    static final class Heard implements TuningProgress {
        private final long last;
        private final List<Double> losses = new ArrayList<>();
        private final List<Evaluated> evaluations = new ArrayList<>();
        private long step;

        Heard(long last) {
            this.last = last;
        }

        @Override
        public void stepped(Step now) {
            losses.add(now.loss());
            step = now.number();
        }

        @Override
        public void evaluated(Evaluated evaluated) {
            evaluations.add(evaluated);
        }

        @Override
        public boolean stopRequested() {
            return step == last;
        }

        List<Double> losses() {
            return losses;
        }

        List<Evaluated> evaluations() {
            return evaluations;
        }
    }
}
