package io.vitrail.text.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.NativeMemory;
import io.vitrail.transformer.training.FineTuner;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Span;
import io.vitrail.transformer.training.TuningProgress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lessons free what they make, step by step and at their end. */
class LessonMemoryTest {
    @TempDir
    private Path folder;

    private static LabelledTexts texts() {
        List<LabelledTexts.Example> examples = List.of(
                new LabelledTexts.Example(TokenizerInput.pair("a dog", "a good one"), List.of("x")),
                new LabelledTexts.Example(TokenizerInput.of("a cat"), List.of("y")));
        return new LabelledTexts(List.of("x", "y"), LabelledTexts.Kind.SINGLE_LABEL, examples, examples);
    }

    @Test
    void stepsAndEvaluationsLeaveNothingBehind() {
        DjlEngine.get();
        int before = NativeMemory.arrays().size();
        List<Integer> alive = new ArrayList<>();
        FineTuning how =
                FineTuning.builder().length(new Span.Epochs(12)).batch(2).build();
        try (TextClassificationLesson lesson = TextClassificationLesson.open(
                Checkpoints.of("bert/masked_lm"), texts(), TextLessonOptions.DEFAULT, how)) {
            new FineTuner(lesson, how).run(folder, new TuningProgress() {
                @Override
                public void stepped(Step step) {
                    if (step.number() > 2) { // kernels and moments stay, once they are made
                        alive.add(NativeMemory.arrays().size());
                    }
                }
            });
        }
        Set<Integer> counts = new HashSet<>(alive);
        assertThat(counts).hasSize(1).allMatch(count -> count > before + 40); // the weights are among them
        assertThat(NativeMemory.arrays().size()).isLessThanOrEqualTo(before + 8); // what kernels keep
    }
}
