package io.vitrail.text.training;

import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.training.Schedule;
import java.util.SplittableRandom;

/** A Transformer that is trained in seconds, and what it learns: to copy words of a few letters. */
final class TinyTransformer {
    static final String LETTERS = "abcdefgh";

    private static final int WIDTH = 32;
    private static final int LONGEST = 6;

    private TinyTransformer() {}

    static TransformerRecipe recipe(int steps, int batch, long seed) {
        EncoderConfig layers = new EncoderConfig(WIDTH, 1, 4, 64, 1e-5f, Activation.RELU, Bias.PRESENT);
        return new TransformerRecipe(
                layers, 12, steps, batch, new Schedule.Noam(0.5, WIDTH, 50), 0.1f, 0.1f, 0.95, seed);
    }

    static TextPair copy(SplittableRandom random) {
        StringBuilder word = new StringBuilder();
        for (int length = 1 + random.nextInt(LONGEST); word.length() < length; ) {
            word.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return new TextPair(word.toString(), word.toString());
    }
}
