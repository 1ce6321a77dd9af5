package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;

/**
 * {@link Bert} as a decoder (Rothe et al. 2019, "Leveraging Pre-trained Checkpoints for Sequence Generation Tasks"): no
 * token sees those behind it, so that the head for masked words tells what comes next; and its blocks may ask the
 * pass's context between attention and MLP. It differs in nothing else, so that what an encoder learned can begin a
 * decoder. BLIP's captions and answers are written by one (Li et al. 2022, section 3.1).
 */
public final class BertDecoder extends TextDecoder {
    private final BertConfig config;
    private final TextEmbedding embedding;
    private final Encoder encoder;

    BertDecoder(BertConfig config) {
        this.config = config;
        embedding = part("embedding", config.embedding());
        encoder = part("encoder", config.blocks());
        addHead("words", config.wordHead(embedding.words(), config.encoder().activation()));
    }

    @Override
    public NDArray states(TextInput input, Pass pass) {
        TextInput read = config.segments() > 0
                ? input.only(this, TextInput.Part.SEGMENTS, TextInput.Part.PLACES)
                : input.only(this, TextInput.Part.PLACES);
        NDArray x = embedding.forward(read.withPlaces(places(input, pass)), pass);
        x = encoder.forward(x, causal(input, pass));
        pass.trace().record("last_hidden_state", x);
        return x;
    }

    @Override
    public int maxTokens() {
        return config.maxLength();
    }

    @Override
    public int vocabulary() {
        return config.vocabulary();
    }

    @Override
    public WeightTable weightTable() {
        return Bert.WEIGHTS;
    }

    @Override
    public String basePrefix() {
        return "bert";
    }

    @Override
    public Map<String, Long> sizes() {
        return config.sizes(TextTask.NEXT_TOKEN);
    }
}
