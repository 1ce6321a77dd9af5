package io.vitrail.samples.walkthrough;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.DjlEngine;
import java.util.List;
import java.util.stream.Stream;

/**
 * Self-attention step by step, over a sentence of six tokens (Vaswani et al. 2017, "Attention Is All You Need"): from
 * embeddings to one layer of the encoder. Each step's numbers are computed with the parts of the blocks that every
 * model here is made of, and stand beside what the whole block gives.
 *
 * @param words the sentence
 * @param translation of the sentence
 * @param steps in their order
 */
public record Walkthrough(List<Word> words, String translation, List<Step> steps) {
    public Walkthrough {
        words = List.copyOf(words);
        steps = List.copyOf(steps);
    }

    /** Computes all steps; results hold nothing native. */
    public static Walkthrough compute() {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            Blocks blocks = new Blocks(manager);
            List<Step> steps = Stream.of(
                            new OneHead(blocks).steps(),
                            List.of(new NoLookingAhead(blocks).step()),
                            List.of(new TwoHeads(blocks).step()),
                            List.of(new WordOrder(blocks).step()),
                            new EncoderLayer(blocks).steps())
                    .flatMap(List::stream)
                    .toList();
            return new Walkthrough(Given.WORDS, Given.TRANSLATION, steps);
        }
    }

    /** The sentence as it is written. */
    public String sentence() {
        return String.join("", words.stream().map(Word::text).toList());
    }

    /** How the sentence is spoken. */
    public String pinyin() {
        return String.join(" ", words.stream().map(Word::pinyin).toList());
    }
}
