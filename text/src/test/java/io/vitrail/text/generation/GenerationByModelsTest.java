package io.vitrail.text.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextInput;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextToTextModel;
import io.vitrail.text.generation.GeneratedSequence.End;
import io.vitrail.transformer.CallException;
import io.vitrail.transformer.NativeMemory;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Resources;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.weights.Checkpoint;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With models: what is written fits what they say of the whole text, for any rows, threads and ends. */
class GenerationByModelsTest {
    private static final List<Prompt> PROMPTS =
            List.of(Prompt.of(9, 30, 7), Prompt.of(41), Prompt.of(12, 8, 61, 4, 90));
    private static final long[][] SOURCES = {{5, 60, 33, 7, 2, 19}, {80, 4}, {71, 9, 9}};

    /** A model, and how it is asked. */
    private record Writer(Session<TextDecoder> session, boolean answers) implements AutoCloseable {
        static Writer of(String name) {
            try (Checkpoint checkpoint = Checkpoint.open(folder(name))) {
                Session<TextDecoder> session = TextModels.load(
                        checkpoint,
                        TextModels.className(checkpoint),
                        TextDecoder.class,
                        GoldenReplayer.Path.STEPS.operations(),
                        Device.cpu());
                return new Writer(session, session.model() instanceof TextToTextModel);
            }
        }

        private static Path folder(String name) {
            return Resources.path("/goldens/" + name);
        }

        List<List<GeneratedSequence>> write(
                GenerationOptions options, int[] which, TokenListener listener, Patience patience) {
            List<Prompt> prompts = Arrays.stream(which).mapToObj(PROMPTS::get).toList();
            try (Decoding decoding = decoding(which, patience)) {
                return GenerationEngine.of(options).generate(decoding, prompts, listener);
            }
        }

        List<List<GeneratedSequence>> write(GenerationOptions options, int... which) {
            return write(options, which, TokenListener.NONE, Patience.endless());
        }

        /** The sources have different lengths, so they are padded, too. */
        private Decoding decoding(int[] which, Patience patience) {
            return answers
                    ? CachedDecoding.asking(
                            session,
                            model -> model,
                            (model, manager, pass) -> read(which, model, manager, pass),
                            patience)
                    : CachedDecoding.of(session, patience);
        }

        private static Tokens read(int[] which, TextDecoder model, NDManager manager, Pass pass) {
            long[][] ids = new long[which.length][6];
            long[][] mask = new long[which.length][6];
            for (int row = 0; row < which.length; row++) {
                long[] source = SOURCES[which[row]];
                System.arraycopy(source, 0, ids[row], 0, source.length);
                Arrays.fill(mask[row], 0, source.length, 1);
            }
            TextInput input = TextInput.of(array(ids, manager)).withMask(array(mask, manager));
            return ((TextToTextModel) model).encode(input, pass);
        }

        private static NDArray array(long[][] rows, NDManager manager) {
            return manager.create(
                            Arrays.stream(rows).flatMapToLong(Arrays::stream).toArray())
                    .reshape(rows.length, rows[0].length);
        }

        /** The log-probability of each id, by one pass over prompt and ids. */
        double[] ofWholeText(int prompt, long[] ids) {
            long[] before = PROMPTS.get(prompt).ids();
            long[] all = Arrays.copyOf(before, before.length + ids.length);
            System.arraycopy(ids, 0, all, before.length, ids.length);
            return session.run((model, manager, pass) -> {
                Pass asking = answers ? pass.withContext(read(new int[] {prompt}, model, manager, pass)) : pass;
                NDArray states = model.states(TextInput.of(array(new long[][] {all}, manager)), asking);
                NDArray logs = model.logits(states, pass).logSoftmax(-1); // [1, tokens, vocabulary]
                return IntStream.range(0, ids.length)
                        .mapToDouble(i -> logs.getFloat(0, before.length - 1 + i, ids[i]))
                        .toArray();
            });
        }

        @Override
        public void close() {
            session.close();
        }
    }

    /** Many tokens end a sequence, so that rows leave at different times. */
    private static GenerationOptionsBuilder options() {
        return GenerationOptions.defaults().toBuilder()
                .eos(IntStream.range(0, 90)
                        .filter(id -> id % 5 == 0)
                        .mapToObj(Long::valueOf)
                        .toList())
                .maxNewTokens(14)
                .logProbabilities(true);
    }

    private static List<GenerationOptions> ways() {
        GenerationOptionsBuilder drawn =
                options().sample(true).topK(0).temperature(1).seed(11);
        return List.of(
                options().build(),
                drawn.returnedSequences(4).build(),
                options().beams(3).returnedSequences(2).build(),
                options().beams(4).sample(true).topK(0).seed(5).build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2/base", "bart/base"})
    void logProbabilitiesAreThoseOfTheWholeText(String name) {
        try (Writer writer = Writer.of(name)) {
            for (GenerationOptions options : ways()) {
                List<List<GeneratedSequence>> written = writer.write(options, 0, 1, 2);
                for (int prompt = 0; prompt < written.size(); prompt++) {
                    for (GeneratedSequence sequence : written.get(prompt)) {
                        assertThat(sequence.logProbabilities())
                                .containsExactly(writer.ofWholeText(prompt, sequence.ids()), within(1e-4));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2/base", "bart/base"})
    void sequencesEndAtDifferentTimes(String name) {
        try (Writer writer = Writer.of(name)) {
            List<Integer> lengths = writer.write(ways().get(1), 0, 1, 2).stream()
                    .flatMap(List::stream)
                    .filter(sequence -> sequence.end() == End.EOS)
                    .map(sequence -> sequence.ids().length)
                    .toList();
            assertThat(Set.copyOf(lengths)).hasSizeGreaterThan(3);
        }
    }

    @ParameterizedTest
    @Timeout(120)
    @ValueSource(strings = {"gpt2/base", "bart/base"})
    void twentyThreadsGetTheirOwnAnswers(String name) throws InterruptedException {
        try (Writer writer = Writer.of(name)) {
            List<Thread> threads = new ArrayList<>();
            List<Optional<Throwable>> wrong = new ArrayList<>();
            for (int number = 0; number < 20; number++) {
                int prompt = number % 3;
                GenerationOptions options = ways().get(number % 4);
                List<List<GeneratedSequence>> expected = writer.write(options, prompt);
                Thread thread = new Thread(() -> assertThat(writer.write(options, prompt))
                        .usingRecursiveComparison()
                        .withComparatorForType((a, b) -> Math.abs(a - b) < 1e-4 ? 0 : 1, Double.class)
                        .isEqualTo(expected));
                thread.setUncaughtExceptionHandler((t, error) -> {
                    synchronized (wrong) {
                        wrong.add(Optional.of(error));
                    }
                });
                threads.add(thread);
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(wrong).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2/base", "bart/base"})
    void nothingIsLeftHoweverItEnds(String name) {
        try (Writer writer = Writer.of(name)) {
            writer.write(options().build(), 0, 1, 2);
            Set<String> before = NativeMemory.arrays();
            ways().forEach(options -> writer.write(options, 0, 1, 2));
            assertThatThrownBy(() -> writer.write(
                            options().build(),
                            new int[] {0, 1},
                            (row, id, log) -> {
                                throw new UnsupportedOperationException("deaf");
                            },
                            Patience.endless()))
                    .hasMessage("deaf");
            assertThatThrownBy(() -> writer.write(
                            options().build(),
                            new int[] {2},
                            (row, id, log) -> {
                                Thread.currentThread().interrupt();
                                return true;
                            },
                            Patience.endless()))
                    .isInstanceOf(CallException.class);
            assertThat(Thread.interrupted()).isTrue();
            GenerationOptions endless =
                    GenerationOptions.defaults().toBuilder().maxNewTokens(20).build();
            assertThatThrownBy(() -> writer.write(
                            endless,
                            new int[] {0, 2},
                            (row, id, log) -> {
                                pause();
                                return true;
                            },
                            Patience.of(Duration.ofMillis(150))))
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.reason()).isEqualTo(CallException.Reason.TOO_LATE));
            assertThat(NativeMemory.arrays()).isSubsetOf(before);
        }
    }

    private static void pause() {
        LockSupport.parkNanos(20_000_000);
    }

    /** The mask of what is read is a view here: the memory that Java lent for its first form is taken back and used again. */
    @Test
    void whatIsReadStaysWhatItIsWhileTextIsWritten() {
        try (Writer writer = Writer.of("bart/base")) {
            int[] which = {1, 2};
            List<List<GeneratedSequence>> expected = writer.write(options().build(), which);
            List<ByteBuffer> used = new ArrayList<>();
            TokenListener collecting = (row, id, logProbability) -> {
                System.gc();
                pause();
                IntStream.range(0, 2000)
                        .forEach(i -> used.add(
                                ByteBuffer.allocateDirect(96).putLong(0, -1L).putLong(40, -1L)));
                return true;
            };
            assertThat(writer.write(options().build(), which, collecting, Patience.endless()))
                    .usingRecursiveComparison()
                    .isEqualTo(expected);
        }
    }

    @Test
    void aClosedModelWritesNothing() {
        Writer writer = Writer.of("gpt2/base");
        writer.close();
        assertThatThrownBy(() -> writer.write(options().build(), 0))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.reason()).isEqualTo(CallException.Reason.CLOSED));
    }
}
