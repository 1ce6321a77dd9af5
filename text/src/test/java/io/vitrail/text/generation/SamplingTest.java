package io.vitrail.text.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Draws follow the distribution that the options leave, and a seed repeats them. */
class SamplingTest {
    private static final int DRAWS = 40_000;
    private static final int EACH = 1000;
    private static final Prompt PROMPT = Prompt.of(3);
    private static final float[] SCORES = new TableDecoding(Searches.TABLE, 9).next(new long[][] {PROMPT.ids()})[0];

    private static GenerationOptionsBuilder sampling() {
        return GenerationOptions.defaults().toBuilder().sample(true).topK(0).maxNewTokens(1);
    }

    private static List<GeneratedSequence> generate(GenerationOptions options, Prompt... prompts) {
        try (Decoding decoding = new TableDecoding(Searches.TABLE, 99)) {
            return GenerationEngine.of(options).generate(decoding, List.of(prompts), TokenListener.NONE).stream()
                    .flatMap(List::stream)
                    .toList();
        }
    }

    /** How often each id came first. */
    private static double[] frequencies(GenerationOptionsBuilder options) {
        double[] counts = new double[SCORES.length];
        for (int seed = 0; seed < DRAWS / EACH; seed++) {
            generate(options.seed(seed).returnedSequences(EACH).build(), PROMPT)
                    .forEach(sequence -> counts[(int) sequence.ids()[0]]++);
        }
        return Arrays.stream(counts).map(count -> count / DRAWS).toArray();
    }

    private static double[] softmax(double temperature) {
        double[] weights = IntStream.range(0, SCORES.length)
                .mapToDouble(id -> Math.exp(SCORES[id] / temperature))
                .toArray();
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }

    /** Within 5 standard deviations of what so many draws give. */
    private static void assertClose(double[] frequencies, double[] probabilities) {
        for (int id = 0; id < frequencies.length; id++) {
            double p = probabilities[id];
            assertThat(Math.abs(frequencies[id] - p))
                    .as("frequency of %d, whose probability is %s", id, p)
                    .isLessThanOrEqualTo(5 * Math.sqrt(p * (1 - p) / DRAWS) + 1e-9);
        }
    }

    @Test
    void drawsFollowSoftmax() {
        assertClose(frequencies(sampling()), softmax(1));
    }

    @Test
    void temperatureChangesTheDistribution() {
        assertClose(frequencies(sampling().temperature(0.5)), softmax(0.5));
        assertClose(frequencies(sampling().temperature(2)), softmax(2));
    }

    @Test
    void topKLeavesTheLikeliestInTheirProportion() {
        double[] probabilities = softmax(1);
        double least = Arrays.stream(probabilities).sorted().toArray()[probabilities.length - 4];
        double kept = Arrays.stream(probabilities).filter(p -> p >= least).sum();
        assertClose(
                frequencies(sampling().topK(4)),
                Arrays.stream(probabilities).map(p -> p >= least ? p / kept : 0).toArray());
    }

    /** Of draws without replacement, the second is i with probability Σ p(j) p(i) / (1 − p(j)). */
    @Test
    void beamsAreDrawnWithoutReplacement() {
        double[] p = softmax(1);
        double[] included = IntStream.range(0, p.length)
                .mapToDouble(i -> p[i]
                        + IntStream.range(0, p.length)
                                .filter(j -> j != i)
                                .mapToDouble(j -> p[j] * p[i] / (1 - p[j]))
                                .sum())
                .toArray();
        double[] counts = new double[p.length];
        GenerationOptionsBuilder options = sampling().beams(2).returnedSequences(2);
        Prompt[] prompts = Stream.generate(() -> PROMPT).limit(EACH).toArray(Prompt[]::new);
        for (int seed = 0; seed < DRAWS / EACH; seed++) {
            generate(options.seed(seed).build(), prompts).forEach(sequence -> counts[(int) sequence.ids()[0]]++);
        }
        assertClose(Arrays.stream(counts).map(count -> count / DRAWS).toArray(), included);
    }

    @Test
    void aSeedRepeatsWhatIsWritten() {
        for (int beams = 1; beams < 4; beams++) {
            GenerationOptionsBuilder options = sampling()
                    .maxNewTokens(12)
                    .beams(beams)
                    .logProbabilities(true)
                    .seed(7);
            List<GeneratedSequence> once = generate(options.build(), PROMPT, Prompt.of(1, 2));
            assertThat(generate(options.build(), PROMPT, Prompt.of(1, 2)))
                    .usingRecursiveComparison()
                    .isEqualTo(once);
            assertThat(generate(options.seed(8).build(), PROMPT, Prompt.of(1, 2))
                            .get(0)
                            .ids())
                    .isNotEqualTo(once.get(0).ids());
        }
    }

    @Test
    void whatOneRowDrawsDoesntDependOnTheOthers() {
        GenerationOptions options = sampling().maxNewTokens(12).seed(7).build();
        assertThat(generate(options, PROMPT, Prompt.of(1, 2)).get(0).ids())
                .containsExactly(generate(options, PROMPT).get(0).ids());
    }

    @Test
    void withoutASeedEveryCallIsAnother() {
        GenerationOptions options = sampling().maxNewTokens(40).build();
        assertThat(generate(options, PROMPT).get(0).ids())
                .isNotEqualTo(generate(options, PROMPT).get(0).ids());
    }

    /** As an implementation in Python gives them: SplitMix64 with the state mix(42) + mix(γ). */
    @Test
    void theStreamOfNumbersIsTheSameOnEveryJava() {
        RandomStream stream = new RandomStream(42, 0);
        assertThat(new double[] {stream.next(), stream.next(), stream.next()})
                .containsExactly(0.7698307865975387, 0.8871114402990059, 0.740072970608);
        assertThat(new RandomStream(42, 1).next()).isNotEqualTo(0.7698307865975387);
    }
}
