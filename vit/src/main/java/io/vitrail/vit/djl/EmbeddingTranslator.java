package io.vitrail.vit.djl;

import ai.djl.ndarray.NDList;
import ai.djl.translate.TranslatorContext;
import io.vitrail.transformer.Embedding;
import io.vitrail.vit.ImageEmbedder.Length;
import java.util.Map;

/** Pooled features to a vector. Argument {@code length}: one of {@link Length}, unit unless given. */
final class EmbeddingTranslator extends PictureTranslator<float[]> {
    private final Length length;

    EmbeddingTranslator(VisionBlock block, Map<String, ?> arguments) {
        super(block.processor());
        length = EnumArgument.of("length", arguments, Length.UNIT);
    }

    @Override
    public float[] processOutput(TranslatorContext context, NDList output) {
        Embedding raw = new Embedding(output.singletonOrThrow().toFloatArray());
        return length == Length.UNIT ? raw.normalized().values() : raw.values();
    }
}
