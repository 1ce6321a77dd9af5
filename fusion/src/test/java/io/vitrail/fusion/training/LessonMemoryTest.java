package io.vitrail.fusion.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.NativeMemory;
import io.vitrail.transformer.training.FineTuner;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Lesson;
import io.vitrail.transformer.training.Span;
import io.vitrail.transformer.training.TuningProgress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lessons free what they make, step by step and at their end. */
class LessonMemoryTest {
    private static final FineTuning HOW =
            LessonData.quick(8).evaluateEvery(new Span.Epochs(2)).build();

    @TempDir
    private Path folder;

    /** After each step but the first ones: kernels and moments stay, once they are made. */
    private List<Integer> alive(Lesson lesson) {
        List<Integer> alive = new ArrayList<>();
        try (lesson) {
            new FineTuner(lesson, HOW).run(folder.resolve("out"), new TuningProgress() {
                @Override
                public void stepped(Step step) {
                    if (step.number() > 2) {
                        alive.add(NativeMemory.arrays().size());
                    }
                }
            });
        }
        return alive;
    }

    @Test
    void ofCaptions() {
        DjlEngine.get();
        int before = NativeMemory.arrays().size();
        Path checkpoint = LessonData.golden("blip_caption/base");
        CaptionedFiles files = LessonData.files(checkpoint, folder);
        List<Integer> alive = alive(CaptionLesson.of(checkpoint, files, HOW, CaptionLesson.Options.defaults()));
        assertThat(new HashSet<>(alive))
                .hasSize(1)
                .allMatch(count -> count > before + 40); // the weights are among them
        assertThat(NativeMemory.arrays().size()).isLessThanOrEqualTo(before + 8); // what kernels keep
    }

    @Test
    void ofPairs() {
        DjlEngine.get();
        int before = NativeMemory.arrays().size();
        Path checkpoint = LessonData.golden("clip/quick_gelu");
        CaptionedFiles files = LessonData.files(checkpoint, folder);
        List<Integer> alive = alive(ContrastiveLesson.of(checkpoint, files, HOW, ContrastiveLesson.Options.defaults()));
        assertThat(new HashSet<>(alive)).hasSize(1).allMatch(count -> count > before + 40);
        assertThat(NativeMemory.arrays().size()).isLessThanOrEqualTo(before + 8);
    }
}
