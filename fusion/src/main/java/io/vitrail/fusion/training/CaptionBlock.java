package io.vitrail.fusion.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.vitrail.fusion.PictureWriter;
import io.vitrail.text.TextInput;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.Tokens;
import io.vitrail.vit.VisionInput;

/**
 * A captioner as it learns, by teacher forcing: from pictures [batch, channels, imageHeight, imageWidth], or what it
 * has seen of them [batch, pictureTokens, width], and ids [batch, tokens] to scores of the id that follows each,
 * [batch, tokens, vocabulary]. From pictures alone to what it sees of them. Ids behind the end of a text need no mask:
 * no earlier one sees them.
 */
final class CaptionBlock extends TensorBlock {
    private static final int PIXELS = 4;

    private final PictureWriter model;
    private final TowerDropout dropout;

    CaptionBlock(PictureWriter model, TowerDropout dropout) {
        this.model = part("model", model);
        this.dropout = dropout;
    }

    @Override
    public NDArray forward(NDArray pixels, Pass pass) {
        return model.see(VisionInput.of(pixels), dropout.ofPictures(pass)).vectors();
    }

    @Override
    protected NDList forward(NDList inputs, Pass pass) {
        NDArray first = inputs.get(0);
        NDArray seen = first.getShape().dimension() == PIXELS ? forward(first, pass) : first;
        if (inputs.size() == 1) {
            return new NDList(seen);
        }
        Pass writing = dropout.ofTexts(pass);
        NDArray states = model.decoder().states(TextInput.of(inputs.get(1)), writing.withContext(Tokens.of(seen)));
        return new NDList(model.decoder().logits(states, writing));
    }
}
