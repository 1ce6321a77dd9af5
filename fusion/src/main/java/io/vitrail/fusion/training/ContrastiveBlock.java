package io.vitrail.fusion.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.vitrail.fusion.Contrastive;
import io.vitrail.text.TextInput;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.vit.VisionInput;

/**
 * Two towers as they learn: from pictures [batch, channels, imageHeight, imageWidth] and ids of texts [batch, tokens]
 * to how well each text fits each picture, [texts, pictures], the learned temperature and bias included, and the
 * vectors of both, [batch, sharedWidth], of length 1; from pictures or ids alone to their vectors. Texts are filled up
 * as the model reads them.
 */
final class ContrastiveBlock extends TensorBlock {
    private static final int PIXELS = 4;

    private final Contrastive model;
    private final TowerDropout dropout;

    ContrastiveBlock(Contrastive model, TowerDropout dropout) {
        this.model = part("model", model);
        this.dropout = dropout;
    }

    /** The vectors of pictures alone, or of texts alone. */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        boolean pictures = x.getShape().dimension() == PIXELS;
        return Contrastive.unit(
                pictures
                        ? model.pictures(VisionInput.of(x), dropout.ofPictures(pass))
                        : model.texts(TextInput.of(x), dropout.ofTexts(pass)));
    }

    @Override
    protected NDList forward(NDList inputs, Pass pass) {
        NDArray first = forward(inputs.get(0), pass);
        if (inputs.size() == 1) {
            return new NDList(first);
        }
        NDArray texts = forward(inputs.get(1), pass);
        return new NDList(model.logits(first, texts, pass).transpose(), first, texts);
    }
}
