package io.vitrail.vit.djl;

import ai.djl.Model;
import ai.djl.modality.Classifications;
import ai.djl.modality.Output;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.translator.BaseImageTranslatorFactory;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorFactory;
import ai.djl.util.Pair;
import io.vitrail.vit.Pooling;
import java.lang.reflect.Type;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Translators for models with the block of {@link VisionBlockFactory}: from {@code Image}, {@code Path}, {@code URL},
 * {@code InputStream} or {@code String} (an address) to {@code Classifications} or, as a vector, {@code float[]}; and
 * DJL Serving's {@code Input} to {@code Output}.
 *
 * <p>Arguments for classes: {@code topK}, how many are printed and served (5). For vectors: {@code pooling}, one of
 * {@link Pooling} (pooled), and {@code length}, unit or raw (unit). For {@code Output}: {@code task},
 * image-classification or image-feature-extraction (classification where the checkpoint has a head for it).
 */
public final class VisionTranslatorFactory implements TranslatorFactory {
    private enum Task {
        IMAGE_CLASSIFICATION,
        IMAGE_FEATURE_EXTRACTION
    }

    private static final BaseImageTranslatorFactory<Classifications> CLASSES = new BaseImageTranslatorFactory<>() {
        @Override
        protected Translator<Image, Classifications> buildBaseTranslator(Model model, Map<String, ?> arguments) {
            return new ClassificationTranslator((VisionBlock) model.getBlock(), arguments);
        }

        @Override
        public Class<Classifications> getBaseOutputType() {
            return Classifications.class;
        }
    };

    private static final BaseImageTranslatorFactory<float[]> VECTORS = new BaseImageTranslatorFactory<>() {
        @Override
        protected Translator<Image, float[]> buildBaseTranslator(Model model, Map<String, ?> arguments) {
            return new EmbeddingTranslator((VisionBlock) model.getBlock(), arguments);
        }

        @Override
        public Class<float[]> getBaseOutputType() {
            return float[].class;
        }
    };

    @Override
    public Set<Pair<Type, Type>> getSupportedTypes() {
        Set<Pair<Type, Type>> types = new HashSet<>(CLASSES.getSupportedTypes());
        types.addAll(VECTORS.getSupportedTypes());
        return types;
    }

    /**
     * A translator for the model. One for vectors makes the model's block give vectors from then on.
     *
     * @throws TranslateException if the model isn't of {@link VisionBlockFactory}, or can't do what is asked for
     * @throws IllegalArgumentException if an argument is wrong
     */
    @Override
    public <I, O> Translator<I, O> newInstance(Class<I> input, Class<O> output, Model model, Map<String, ?> arguments)
            throws TranslateException {
        if (!(model.getBlock() instanceof VisionBlock block)) {
            throw new TranslateException(
                    "Translators of Vitrail are for its own models.\n  try:  the argument blockFactory="
                            + VisionBlockFactory.class.getName() + ".");
        }
        if (task(output, block, arguments) == Task.IMAGE_FEATURE_EXTRACTION) {
            model.setBlock(block.embedding(EnumArgument.of("pooling", arguments, Pooling.POOLED)));
            return VECTORS.newInstance(input, output, model, arguments);
        }
        if (block.labels().isEmpty()) {
            throw new TranslateException("This checkpoint has no classification head, so it can't classify.\n"
                    + "  try:  ask for float[], its vector, or choose one whose class ends in ForImageClassification.");
        }
        return CLASSES.newInstance(input, output, model, arguments);
    }

    private static Task task(Class<?> output, VisionBlock block, Map<String, ?> arguments) {
        if (output != Output.class) {
            return output == float[].class ? Task.IMAGE_FEATURE_EXTRACTION : Task.IMAGE_CLASSIFICATION;
        }
        boolean classifies = !block.labels().isEmpty();
        return EnumArgument.of(
                "task", arguments, classifies ? Task.IMAGE_CLASSIFICATION : Task.IMAGE_FEATURE_EXTRACTION);
    }
}
