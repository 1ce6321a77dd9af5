package io.vitrail.text.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextInput;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextToTextModel;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.weights.Checkpoint;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read piece by piece, beside others and step by step, against the whole text at once and alone. */
class CachedDecodingTest {
    private static <M extends TextDecoder> Session<M> load(String name, Class<M> kind) {
        try (Checkpoint checkpoint = Checkpoint.open(
                Path.of(CachedDecodingTest.class.getResource("/goldens/" + name).toURI()))) {
            return TextModels.load(
                    checkpoint, TextModels.task(checkpoint), kind, ReadableOperations.INSTANCE, Device.cpu());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long[] tokens(int count, int seed) {
        return LongStream.range(0, count).map(i -> (seed + 7 * i + i * i) % 40).toArray();
    }

    private static float[] atOnce(Session<TextDecoder> session, long[] ids) {
        return session.run(Patience.endless(), (model, scope, pass) -> {
            NDArray states = model.states(TextInput.of(scope.create(new long[][] {ids})), pass);
            return model.logits(states.get(":, -1"), pass).toFloatArray();
        });
    }

    private static void assertClose(float[] actual, float[] expected) {
        assertThat(actual).containsExactly(expected, offset(1e-4f));
    }

    /** The reference turns all of a text by its whole length. */
    @ParameterizedTest
    @ValueSource(strings = {"llama/rope_dynamic", "llama/rope_longrope", "llama/rope_llama3"})
    void aTextInPiecesHasThePositionsOfTheWhole(String name) {
        long[] ids = tokens(700, 3);
        try (Session<TextDecoder> session = load(name, TextDecoder.class);
                Decoding decoding = CachedDecoding.of(session, Patience.endless())) {
            assertClose(decoding.next(new long[][] {ids})[0], atOnce(session, ids));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama/rope_dynamic", "llama/rope_longrope"})
    void aLongNeighbourChangesNoPosition(String name) {
        long[][] prompts = {tokens(5, 1), tokens(90, 2), tokens(30, 3)};
        long[][] more = {{4}, {17}, {8}};
        try (Session<TextDecoder> session = load(name, TextDecoder.class);
                Decoding together = CachedDecoding.of(session, Patience.endless())) {
            float[][] first = together.next(prompts);
            together.select(new int[] {2, 0});
            float[][] second = together.next(new long[][] {more[2], more[0]});
            for (int row = 0; row < prompts.length; row++) {
                try (Decoding alone = CachedDecoding.of(session, Patience.endless())) {
                    assertClose(first[row], alone.next(new long[][] {prompts[row]})[0]);
                    if (row != 1) {
                        assertClose(second[row == 2 ? 0 : 1], alone.next(new long[][] {more[row]})[0]);
                    }
                }
            }
        }
    }

    @Test
    void asInTheReferenceTheLongestCountsForAll() {
        long[][] prompts = {tokens(5, 1), tokens(90, 2)};
        try (Session<TextDecoder> session = load("llama/rope_dynamic", TextDecoder.class);
                Decoding own = CachedDecoding.of(session, Patience.endless());
                Decoding together = CachedDecoding.together(session, model -> model, Patience.endless())) {
            float[][] alone = own.next(prompts);
            float[][] beside = together.next(prompts);
            assertClose(beside[1], alone[1]);
            assertThat(Math.abs(beside[0][0] - alone[0][0])).isGreaterThan(1e-4f);
        }
    }

    /** Only their keys and values are asked for, once every layer has these. */
    @ParameterizedTest
    @ValueSource(strings = {"t5/tied", "bart/uneven"})
    void theVectorsThatWereAskedAreFreedBehindTheFirstPass(String name) {
        NDArray[] asked = new NDArray[1];
        long[][] sources = {{7, 3, 9}, {4, 6, 5}, {2, 2, 8}};
        try (Session<TextToTextModel> session = load(name, TextToTextModel.class);
                Decoding decoding = CachedDecoding.asking(
                        session,
                        model -> model,
                        (model, manager, pass) -> {
                            Tokens read = model.encode(TextInput.of(manager.create(sources)), pass);
                            asked[0] = read.vectors();
                            return read;
                        },
                        Patience.endless())) {
            decoding.next(new long[][] {{0}, {0}, {0}});
            assertThat(asked[0].isReleased()).isTrue();
            decoding.select(new int[] {2, 2, 0, 0}); // inputs and rows leave
            float[][] scores = decoding.next(new long[][] {{5}, {5}, {6}, {6}});
            assertThat(scores[0]).containsExactly(scores[1], offset(1e-5f));
        }
    }
}
