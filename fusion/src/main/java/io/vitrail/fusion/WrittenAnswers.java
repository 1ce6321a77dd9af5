package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.fusion.VisualQuestionAnswerer.Answer;
import io.vitrail.text.GeneratedText;
import io.vitrail.text.TextEngine;
import io.vitrail.text.TextInput;
import io.vitrail.text.generation.CachedDecoding;
import io.vitrail.text.generation.Decoding;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.image.Image;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Answers that a decoder writes. What one question is answered doesn't depend on those beside it: unlike the
 * reference, which shows the decoder what shorter questions are filled up with, this hides it.
 */
final class WrittenAnswers implements PictureAnswers {
    /** What the models are for, in words. */
    static final String PURPOSE = "questions about pictures";

    /** What serves it: models that are made for it, and those that talk. */
    static final Set<FusionTask> TASKS =
            EnumSet.of(FusionTask.QUESTION_ANSWERING, FusionTask.CHATTING, FusionTask.TILED_CHATTING);

    /** Given answers that are weighed together: their scores take rows × tokens × vocabulary floats. */
    private static final int WEIGHED = 32;

    private final LoadedFusionModel<BlipAnswerer> loaded;
    private final GenerationOptions options;

    WrittenAnswers(LoadedFusionModel<BlipAnswerer> loaded, GenerationOptions options) {
        this.loaded = loaded;
        this.options = options;
    }

    /** Loads a checkpoint as {@link LoadedFusionModel#load} does. */
    static WrittenAnswers load(Checkpoint checkpoint, Compute compute) {
        LoadedFusionModel<BlipAnswerer> loaded =
                LoadedFusionModel.load(checkpoint, TASKS, PURPOSE, BlipAnswerer.class, compute);
        try {
            return new WrittenAnswers(loaded, loaded.model().options());
        } catch (RuntimeException | Error e) {
            loaded.close();
            throw e;
        }
    }

    private List<TextBatch> batches(List<String> questions) {
        return TextBatch.of(
                questions, loaded.tokenizer(), "question", loaded.model().maxTokens());
    }

    @Override
    public List<List<Answer>> answer(Image image, List<String> questions, int most, Patience patience) {
        TextEngine engine = TextEngine.of(loaded.tokenizer(), several(options, most));
        List<TextBatch> batches = batches(questions);
        List<List<Answer>> answers = new ArrayList<>();
        try (SeenPicture seen = SeenPicture.of(loaded, image, patience)) {
            for (TextBatch batch : batches) {
                write(batch, answers.size(), seen, engine, patience)
                        .forEach(texts -> answers.add(
                                texts.stream().map(WrittenAnswers::answer).toList()));
            }
        }
        return answers;
    }

    /** Options for so many answers: the best by beam search, unless they are drawn. */
    static GenerationOptions several(GenerationOptions options, int count) {
        int beams = options.sample() ? options.beams() : Math.max(options.beams(), count);
        return options.toBuilder()
                .beams(beams)
                .returnedSequences(count)
                .logProbabilities(true)
                .build();
    }

    /** @param first number of the batch's first question */
    private List<List<GeneratedText>> write(
            TextBatch batch, int first, SeenPicture seen, TextEngine engine, Patience patience) {
        TextEngine.Order order = new TextEngine.Order(loaded.model().prompt(), 1, new long[0], new long[0]);
        try (Decoding decoding = CachedDecoding.asking(
                loaded.session(),
                BlipAnswerer::decoder,
                (model, scope, pass) -> model.ask(batch.input(scope), seen.tokens(scope), pass),
                patience)) {
            return engine.write(
                    decoding,
                    IntStream.range(first, first + batch.size())
                            .mapToObj(order::numbered)
                            .toList());
        }
    }

    static Answer answer(GeneratedText text) {
        return answer(text.text().strip(), text.sequence().logProbabilities());
    }

    @Override
    public ExplainedAnswer explain(Image image, String question, Patience patience) {
        TextBatch asked = batches(List.of(question)).get(0);
        TextEngine engine = TextEngine.of(loaded.tokenizer(), several(options, 1));
        GeneratedText text;
        try (SeenPicture seen = SeenPicture.of(loaded, image, patience)) {
            text = write(asked, 0, seen, engine, patience).get(0).get(0);
        }
        WrittenText written = WrittenText.of(loaded.model().prompt().ids(), text);
        long[] ids = asked.ids()[0];
        WordSources.Looked looked = WordSources.look(loaded, image, patience, (model, picture, pass) -> {
            TextInput read = asked.input(picture.pixels().getManager());
            return model.taken(picture, read, written, pass);
        });
        return new ExplainedAnswer(
                answer(text), looked.framed(0, ids), looked.words(1, written.begun(), written.written()));
    }

    private static Answer answer(String text, double[] logProbabilities) {
        double sum = sum(logProbabilities);
        return new Answer(text, Math.exp(sum), sum / logProbabilities.length);
    }

    private static double sum(double[] values) {
        return Arrays.stream(values).sum();
    }

    @Override
    public List<List<Answer>> rank(Image image, List<String> questions, List<String> answers, Patience patience) {
        List<TextBatch> batches = batches(questions);
        List<long[]> rows = tokens(answers);
        List<List<Answer>> ranked = new ArrayList<>();
        try (SeenPicture seen = SeenPicture.of(loaded, image, patience)) {
            for (TextBatch batch : batches) {
                rank(batch, seen, rows, patience).forEach(weights -> ranked.add(sorted(answers, weights)));
            }
        }
        return ranked;
    }

    /** Each answer from the token that begins it to the one that ends it. */
    private List<long[]> tokens(List<String> answers) {
        Check.that(!answers.isEmpty(), "There is no answer to choose from.");
        EncodeOptions plain = EncodeOptions.builder().specialTokens(false).build();
        List<TokenizerInput> texts = answers.stream()
                .map(answer -> TokenizerInput.of(TextBatch.present(answer, "answer")))
                .toList();
        List<long[]> rows = loaded.tokenizer().encode(texts, plain).rows().stream()
                .map(row -> loaded.model().framed(row.ids()))
                .toList();
        int most = loaded.model().decoder().maxTokens();
        int longest = rows.stream().mapToInt(row -> row.length).max().orElseThrow();
        Check.that(longest <= most, "An answer has %d tokens; the model takes at most %d.", longest, most);
        return rows;
    }

    private static List<Answer> sorted(List<String> answers, List<double[]> logProbabilities) {
        return IntStream.range(0, answers.size())
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -sum(logProbabilities.get(i))))
                .map(i -> answer(answers.get(i), logProbabilities.get(i)))
                .toList();
    }

    /** By question and answer: the log-probability of each token behind the answer's first. */
    private List<List<double[]>> rank(TextBatch batch, SeenPicture seen, List<long[]> answers, Patience patience) {
        List<List<double[]>> all = new ArrayList<>();
        try (NDManager memory = loaded.session().newScope()) {
            NDArray asked = loaded.session().run(patience, (model, scope, pass) -> {
                NDArray vectors =
                        model.ask(batch.input(scope), seen.tokens(scope), pass).vectors();
                vectors.attach(memory);
                return vectors; // [questions, tokens, width]
            });
            for (int question = 0; question < batch.size(); question++) {
                String own = question + ", :" + batch.length(question); // without padding
                all.add(weigh(asked, own, answers, patience));
            }
        }
        return all;
    }

    /** @param own index of a question's tokens among those of all */
    private List<double[]> weigh(NDArray asked, String own, List<long[]> answers, Patience patience) {
        List<double[]> weights = new ArrayList<>();
        for (int i = 0; i < answers.size(); i += WEIGHED) {
            List<long[]> some = answers.subList(i, Math.min(i + WEIGHED, answers.size()));
            weights.addAll(loaded.session().run(patience, (model, scope, pass) -> {
                NDArray context = Scope.lend(asked, scope).get(own).expandDims(0); // [1, tokens, width]
                return weigh(model, some, scope, pass.withContext(Tokens.of(context)));
            }));
        }
        return weights;
    }

    private static List<double[]> weigh(BlipAnswerer model, List<long[]> answers, NDManager scope, Pass pass) {
        int longest = answers.stream().mapToInt(row -> row.length).max().orElseThrow();
        long[] ids = new long[answers.size() * longest];
        for (int row = 0; row < answers.size(); row++) {
            long[] answer = answers.get(row);
            System.arraycopy(answer, 0, ids, row * longest, answer.length); // no token sees what is behind it
        }
        NDArray all = scope.create(ids, new Shape(answers.size(), longest));
        NDArray states = model.decoder().states(TextInput.of(all), pass).get(":, :-1");
        NDArray told = model.decoder().logits(states, pass).logSoftmax(-1); // [answers, longest - 1, vocabulary]
        float[] each = told.gather(all.get(":, 1:").expandDims(2), 2).toFloatArray();
        List<double[]> weights = new ArrayList<>();
        for (int row = 0; row < answers.size(); row++) {
            int first = row * (longest - 1);
            weights.add(IntStream.range(first, first + answers.get(row).length - 1)
                    .mapToDouble(i -> each[i])
                    .toArray());
        }
        return weights;
    }

    @Override
    public GenerationOptions options() {
        return options;
    }

    @Override
    public WrittenAnswers with(PeftAdapter adapter) {
        return new WrittenAnswers(loaded.with(adapter), options);
    }

    @Override
    public WrittenAnswers withOptions(GenerationOptions others) {
        return new WrittenAnswers(loaded, others);
    }

    @Override
    public void close() {
        loaded.close();
    }
}
