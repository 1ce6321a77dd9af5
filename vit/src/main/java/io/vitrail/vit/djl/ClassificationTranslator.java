package io.vitrail.vit.djl;

import ai.djl.modality.Classifications;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.translate.ArgumentsUtil;
import ai.djl.translate.TranslatorContext;
import io.vitrail.transformer.Check;
import io.vitrail.vit.ClassScores;
import java.util.List;
import java.util.Map;

/**
 * Logits to probabilities of all classes. Argument {@code topK}: how many of them are printed and served, 5 unless
 * given.
 */
final class ClassificationTranslator extends PictureTranslator<Classifications> {
    private final List<String> labels;
    private final ClassScores scores;
    private final int topK;

    ClassificationTranslator(VisionBlock block, Map<String, ?> arguments) {
        super(block.processor());
        labels = block.labels();
        scores = block.scores();
        topK = ArgumentsUtil.intValue(arguments, "topK", 5);
        Check.that(topK > 0, "Argument 'topK' must be at least 1, not %d.", topK);
    }

    @Override
    public Classifications processOutput(TranslatorContext context, NDList output) {
        NDArray logits = output.singletonOrThrow(); // [labels]
        return new Classifications(labels, scores.probabilities(logits), topK);
    }
}
