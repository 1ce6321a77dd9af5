package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import io.vitrail.text.TextEncoder;
import io.vitrail.text.TextInput;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextTask;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import io.vitrail.vit.BlipVision;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.VisionInput;
import java.util.List;
import java.util.Optional;

/**
 * A BLIP that reads texts (Li et al. 2022, section 3.1, figure 2) with a BERT that sees them both ways: the
 * "image-grounded text encoder", each of whose layers asks a picture's tokens between self-attention and MLP, and,
 * where it is given no picture, the unimodal one. As a DJL block it maps pixels to the tokens that are asked.
 */
abstract sealed class BlipReader extends FusionModel permits BlipAnswerer, BlipMatcher {
    private final ConfigJson text;
    private final BlipVision vision;
    private final TextEncoder encoder;

    BlipReader(ConfigJson json) {
        text = BlipWriter.textConfig(json);
        vision = part("vision", BlipVision.of(json));
        encoder = part("encoder", TextModels.create(text, TextTask.FEATURES_WITHOUT_POOLER, TextEncoder.class));
    }

    /** The config of the part that reads. */
    final ConfigJson text() {
        return text;
    }

    /** Most tokens of a text, special ones included. */
    public final int maxTokens() {
        return encoder.maxTokens();
    }

    @Override
    public final Optional<TokenLayout> layout(int imageHeight, int imageWidth) {
        return Optional.of(vision.layout(0, imageHeight, imageWidth));
    }

    /** The tokens of each picture; records {@code image_embeds} and {@code last_hidden_state}. */
    public final Tokens see(VisionInput pictures, Pass pass) {
        return BlipWriter.see(vision, pictures, pass);
    }

    /**
     * What becomes of the texts' tokens by themselves, with the texts' padding.
     *
     * @return vectors [batch, tokens, width]
     */
    final Tokens read(TextInput texts, Pass pass) {
        Pass reading = pass.withTrace(pass.trace().prefixed("text_"));
        return new Tokens(encoder.features(texts, reading).tokens(), texts.mask());
    }

    /**
     * The same while they ask pictures.
     *
     * @param pictures one, or one for each text, or one for each of as many texts that follow one another
     */
    final Tokens read(TextInput texts, Tokens pictures, Pass pass) {
        return read(texts, pass.withContext(pictures));
    }

    @Override
    public final NDArray forward(NDArray pixels, Pass pass) {
        return see(VisionInput.of(pixels), pass).vectors();
    }

    @Override
    List<WeightTable.Filling> towers(Checkpoint checkpoint) {
        return List.of(vision.filling(checkpoint), encoder.filling(checkpoint, "text_encoder"));
    }
}
