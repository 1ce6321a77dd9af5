package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.TextInput;
import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.text.tokenizer.Padding;
import io.vitrail.transformer.Calls;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Session;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Batches of texts as vectors of length 1, by the text tower. The rows of a batch are padded to one length. */
record TextRows(Session<Contrastive> session) implements Calls.Work<List<Encoding>, Embedding> {
    @Override
    public List<Embedding> alone(List<Encoding> rows, Patience patience) {
        return session.run(patience, (model, scope, pass) -> vectors(model, rows, scope, pass));
    }

    @Override
    public List<Embedding> together(Supplier<List<List<Encoding>>> items, Patience patience) {
        return session.runForOthers(patience, (model, scope, pass) -> {
            List<Encoding> rows = items.get().stream().flatMap(List::stream).toList();
            return rows.isEmpty() ? List.of() : vectors(model, rows, scope, pass);
        });
    }

    private static List<Embedding> vectors(Contrastive model, List<Encoding> rows, NDManager scope, Pass pass) {
        TextInput input = TextInput.of(array(rows, row -> filled(row, model.filling()), scope));
        boolean seesPadding = model.padding() == Padding.MAX_LENGTH;
        NDArray texts =
                model.texts(seesPadding ? input : input.withMask(array(rows, Encoding::attentionMask, scope)), pass);
        return LoadedContrastive.embeddings(Contrastive.unit(texts));
    }

    /** A row's ids, with the given one where it was padded. */
    private static long[] filled(Encoding row, OptionalLong filling) {
        long[] ids = row.ids();
        long[] real = row.attentionMask();
        return filling.isEmpty()
                ? ids
                : IntStream.range(0, ids.length)
                        .mapToLong(i -> real[i] == 0 ? filling.getAsLong() : ids[i])
                        .toArray();
    }

    /** One of the rows' numbers: [rows, tokens]. */
    private static NDArray array(List<Encoding> rows, Function<Encoding, long[]> values, NDManager scope) {
        int tokens = rows.get(0).length();
        long[] all = rows.stream().map(values).flatMapToLong(Arrays::stream).toArray();
        return scope.create(all, new Shape(rows.size(), tokens));
    }

    @Override
    public int size(List<Encoding> rows) {
        return rows.size();
    }

    /** Texts of one length go together. */
    @Override
    public Object kind(List<Encoding> rows) {
        return rows.get(0).length();
    }

    @Override
    public int passes() {
        return session.passes();
    }
}
