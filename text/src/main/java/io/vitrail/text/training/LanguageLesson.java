package io.vitrail.text.training;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextEncoder;
import io.vitrail.text.TextModel;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextTask;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.training.CrossEntropy;
import io.vitrail.transformer.training.Evaluation;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Lesson;
import io.vitrail.transformer.training.NextTokenLoss;
import io.vitrail.transformer.training.Seeds;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.training.WordMasking;
import io.vitrail.transformer.weights.Checkpoint;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Has a language model go on learning: one that continues texts (Radford et al. 2018, equation 1) what comes next, or a masked
 * one (Devlin et al. 2019, section 3.1) which words were hidden, other ones in each epoch. It is measured by its perplexity: e to
 * the mean loss of a token.
 */
public final class LanguageLesson implements Lesson {
    private static final int MOST_DRAWS = 1000;
    private static final long WORDS = -3;

    private final TunedText tuned;
    private final LanguageLessonOptions options;
    private final FineTuning how;
    private final Optional<WordMasking> masking;
    private final List<LanguageRows.Row> learned;
    private final List<LanguageRows.Row> measured;
    private final TokenBatches training;
    private final TokenBatches evaluation;

    /**
     * Loads the model and reads all texts into tokens.
     *
     * @param checkpoint its folder; its class ends in LMHeadModel or ForCausalLM, or in ForMaskedLM
     * @param how batch, label smoothing and seed
     * @throws io.vitrail.transformer.weights.CheckpointException if the checkpoint's files are damaged
     * @throws IllegalArgumentException if it is no language model, there is nothing to learn, or a share of words is to be
     *     masked for a model that continues texts
     */
    public static LanguageLesson open(
            Path checkpoint, LanguageTexts texts, LanguageLessonOptions options, FineTuning how) {
        try (Checkpoint files = Checkpoint.open(checkpoint)) {
            TextTask task = TextModels.task(files);
            check(files, task, options);
            ObjectNode config = ClassifierConfig.inFloat32(files.config().deepCopy());
            TunedText tuned = TunedText.open(
                    files,
                    new TunedText.Plan(
                            config,
                            task,
                            TunedText.Head.KEPT,
                            options.text().lora(),
                            options.promptTokens(),
                            how.seed()));
            try {
                return new LanguageLesson(texts, tuned, options, how);
            } catch (RuntimeException | Error e) {
                tuned.close();
                throw e;
            }
        }
    }

    private static void check(Checkpoint files, TextTask task, LanguageLessonOptions options) {
        Check.that(
                task == TextTask.NEXT_TOKEN || task == TextTask.MASKED_WORD,
                "'%s' is no language model.%n  try:  one whose class ends in ForCausalLM or ForMaskedLM.",
                TextModels.className(files));
        double usual = LanguageLessonOptions.DEFAULT.masked();
        Check.that(
                task == TextTask.MASKED_WORD || options.masked() == usual,
                "'%s' continues texts, so no words are masked.%n"
                        + "  try:  leave the share of masked words as it is, or take a class that ends in ForMaskedLM.",
                TextModels.className(files));
    }

    private LanguageLesson(LanguageTexts texts, TunedText tuned, LanguageLessonOptions options, FineTuning how) {
        this.tuned = tuned;
        this.options = options;
        this.how = how;
        masking = tuned.model() instanceof TextEncoder encoder ? Optional.of(masking(encoder)) : Optional.empty();
        LanguageRows.Special special = masking.isEmpty() ? LanguageRows.Special.LEARNED : LanguageRows.Special.READ;
        LanguageRows reader = new LanguageRows(tuned.tokenizer(), options, maxTokens(), special);
        learned = reader.of(texts.training());
        Check.that(!learned.isEmpty(), "Nothing of the texts is to be learned.%n  try:  longer ones.");
        measured = reader.of(texts.evaluation());
        training = batches(learned);
        evaluation = batches(measured);
    }

    /** Rows of tokens that are learned from. */
    public int rows() {
        return learned.size();
    }

    /** Rows of tokens that are measured by. */
    public int measured() {
        return measured.size();
    }

    private WordMasking masking(TextEncoder model) {
        long mask = tuned.tokenizer()
                .specialTokens()
                .id("mask")
                .orElseThrow(() -> new IllegalArgumentException("The tokenizer has no token for masked words.\n"
                        + "  try:  name one as mask_token in tokenizer_config.json."));
        return new WordMasking(
                options.masked(),
                mask,
                Math.min(model.vocabulary(), tuned.tokenizer().vocabularySize()));
    }

    private int maxTokens() {
        TextModel model = tuned.model();
        int most = model instanceof TextDecoder decoder ? decoder.maxTokens() : ((TextEncoder) model).maxTokens();
        int reach = tuned.tokenizer().modelMaxLength().orElse(most);
        int own = Math.min(most, reach) - options.promptTokens();
        Check.that(own > 1, "The model takes %d tokens, too few behind a prompt of %d.", most, options.promptTokens());
        return Math.min(options.text().maxTokens(), own);
    }

    private TokenBatches batches(List<LanguageRows.Row> all) {
        int[] lengths = all.stream().mapToInt(row -> row.ids().length).toArray();
        return new TokenBatches(lengths, how, (rows, epoch) -> {
            List<LanguageRows.Row> some = IntStream.of(rows)
                    .mapToObj(row -> shown(all.get(row), epoch, row))
                    .toList();
            List<long[]> ids = some.stream().map(LanguageRows.Row::ids).toList();
            TokenBatches.Rows read = TokenBatches.padded(ids, filler());
            TokenBatches.Rows real = TokenBatches.real(ids);
            TokenBatches.Rows told =
                    TokenBatches.padded(some.stream().map(this::told).toList(), CrossEntropy.IGNORED);
            return scope ->
                    new TokenBatches.Learned(new NDList(read.in(scope), real.in(scope)), new NDList(told.in(scope)));
        });
    }

    private long filler() {
        return tuned.model() instanceof TextEncoder encoder ? encoder.padding() : 0;
    }

    /** What the model reads of a row, and what it must tell. */
    private LanguageRows.Row shown(LanguageRows.Row row, int epoch, int number) {
        return masking.map(hiding -> hidden(row, hiding, epoch, number)).orElse(row);
    }

    /** What the loss compares with; a soft prompt's last token tells the row's first one, too. */
    private long[] told(LanguageRows.Row row) {
        if (options.promptTokens() == 0) {
            return row.learned();
        }
        return LongStream.concat(LongStream.of(CrossEntropy.IGNORED), LongStream.of(row.learned()))
                .toArray();
    }

    /** A short row is drawn again until a word is hidden. */
    private LanguageRows.Row hidden(LanguageRows.Row row, WordMasking hiding, int epoch, int number) {
        boolean[] special = new boolean[row.ids().length];
        for (int i = 0; i < special.length; i++) {
            special[i] = row.learned()[i] == CrossEntropy.IGNORED;
        }
        LanguageRows.Row hidden = row;
        for (int draw = 0; draw == 0 || hidden.counted(0) == 0 && draw < MOST_DRAWS; draw++) {
            long seed = Seeds.random(how.seed() + draw, epoch, WORDS - number).nextLong();
            WordMasking.Masked masked = hiding.hide(row.ids(), special, seed);
            hidden = new LanguageRows.Row(masked.ids(), masked.labels());
        }
        return hidden;
    }

    @Override
    public TensorBlock block() {
        return tuned.block();
    }

    @Override
    public Map<String, Parameter> weights() {
        return tuned.weights();
    }

    @Override
    public Loss loss() {
        return loss((float) how.optimization().labelSmoothing());
    }

    private Loss loss(float smoothing) {
        CrossEntropy.Options mean = CrossEntropy.Options.smoothed(smoothing);
        return tuned.model() instanceof TextDecoder ? new NextTokenLoss(mean) : new CrossEntropy(mean);
    }

    @Override
    public int batches(int epoch) {
        return training.count();
    }

    @Override
    public Iterable<Batch> epoch(int epoch, int first, NDManager manager) {
        return training.epoch(how.seed(), epoch, first, manager);
    }

    /** The tokens that the loss is the mean of. */
    @Override
    public double weight(Batch batch) {
        long tokens = batch.getLabels().get(0).getShape().get(1);
        int first = tuned.model() instanceof TextDecoder ? 1 : 0;
        long[] learned = batch.getLabels().get(0).toLongArray();
        return IntStream.range(0, learned.length)
                .filter(i -> i % tokens >= first && learned[i] != CrossEntropy.IGNORED)
                .count();
    }

    @Override
    public Optional<Evaluation> evaluate() {
        if (measured.isEmpty()) {
            return Optional.empty();
        }
        Loss plain = loss(0);
        double loss = 0;
        double tokens = 0;
        for (Batch batch : evaluation.sorted(tuned.manager())) {
            try (batch) {
                NDList answer = tuned.answer(batch.getData(), new ParameterStore(batch.getManager(), false));
                double counted = weight(batch);
                loss += counted * plain.evaluate(batch.getLabels(), answer).getFloat();
                tokens += counted;
            }
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("perplexity", Math.exp(loss / tokens));
        metrics.put("loss", loss / tokens);
        return Optional.of(new Evaluation(metrics, Evaluation.Goal.LESS, Optional.empty()));
    }

    @Override
    public void save(Path folder, TuningReport report) {
        String data = "%d rows of tokens; measured on %d others".formatted(rows(), measured());
        tuned.save(folder, report, data, options.text().command());
    }

    @Override
    public String fingerprint() {
        return "%s; %s of texts, %s learned, %s masked; rows %s, measured by %s"
                .formatted(
                        tuned.fingerprint(),
                        options.rows(),
                        options.learned(),
                        options.masked(),
                        code(learned),
                        code(measured));
    }

    private static String code(List<LanguageRows.Row> rows) {
        List<Integer> codes = rows.stream()
                .map(row -> 31 * Arrays.hashCode(row.ids()) + Arrays.hashCode(row.learned()))
                .toList();
        return codes.hashCode() + " of " + codes.size();
    }

    @Override
    public void close() {
        training.close();
        evaluation.close();
        tuned.close();
    }
}
