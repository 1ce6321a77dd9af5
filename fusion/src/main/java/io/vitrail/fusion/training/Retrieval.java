package io.vitrail.fusion.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.Loss;
import io.vitrail.fusion.Contrastive;
import io.vitrail.transformer.training.Evaluation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How often a text of held-out pictures finds its picture first among all of them, and a picture one of its texts among
 * all texts, with the weights that the model has: recall at 1, in both directions.
 *
 * @param batch pictures, and texts, that go through the model at once
 */
record Retrieval(TunedModel<Contrastive> tuned, ProcessedPictures held, int batch) {
    /** A caption, its picture's number, and its vector. */
    private record Text(String caption, int picture, float[] vector) {}

    int pictures() {
        return held.size();
    }

    Evaluation evaluation() {
        List<float[]> pictures = new ArrayList<>();
        double loss = 0;
        for (int first = 0; first < held.size(); first += batch) {
            int[] numbers =
                    IntStream.range(first, Math.min(first + batch, held.size())).toArray();
            loss += numbers.length * see(numbers, pictures);
        }
        List<Text> texts = read();
        double ofTexts = textsFound(pictures, texts);
        double ofPictures = picturesFound(pictures, texts);
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("recall@1", (ofTexts + ofPictures) / 2);
        metrics.put("imageToText@1", ofTexts);
        metrics.put("textToImage@1", ofPictures);
        metrics.put("loss", loss / held.size());
        return new Evaluation(metrics);
    }

    /** Adds the vectors of some pictures; gives the loss of them with the first caption of each. */
    private double see(int[] numbers, List<float[]> pictures) {
        List<String> first = Arrays.stream(numbers)
                .mapToObj(number -> held.captions(number).get(0))
                .toList();
        ContrastiveLesson.Pairs pairs =
                new ContrastiveLesson.Pairs(held, held.batch(numbers), ContrastiveLesson.ids(tuned, first));
        try (NDManager scope = tuned.manager().newSubManager()) {
            NDList outputs = forward(pairs.data(scope), scope);
            Loss loss = ContrastiveLesson.loss(tuned.model());
            pictures.addAll(rows(outputs.get(1).toFloatArray(), numbers.length));
            return loss.evaluate(new NDList(), outputs).getFloat();
        }
    }

    /** The captions of all pictures, with their vectors. */
    private List<Text> read() {
        List<Text> all = new ArrayList<>();
        for (int picture = 0; picture < held.size(); picture++) {
            List<String> captions = held.captions(picture);
            for (int first = 0; first < captions.size(); first += batch) {
                List<String> some = captions.subList(first, Math.min(first + batch, captions.size()));
                List<float[]> vectors = vectors(some);
                for (int i = 0; i < some.size(); i++) {
                    all.add(new Text(some.get(i), picture, vectors.get(i)));
                }
            }
        }
        return all;
    }

    private List<float[]> vectors(List<String> texts) {
        try (NDManager scope = tuned.manager().newSubManager()) {
            NDArray ids = ContrastiveLesson.Pairs.array(ContrastiveLesson.ids(tuned, texts), scope);
            return rows(forward(new NDList(ids), scope).get(0).toFloatArray(), texts.size());
        }
    }

    private NDList forward(NDList data, NDManager scope) {
        return tuned.trained().block().forward(new ParameterStore(scope, false), data, false);
    }

    private static List<float[]> rows(float[] all, int count) {
        int width = all.length / count;
        return IntStream.range(0, count)
                .mapToObj(i -> Arrays.copyOfRange(all, i * width, (i + 1) * width))
                .toList();
    }

    /** How many pictures find one of their captions first. */
    private double textsFound(List<float[]> pictures, List<Text> texts) {
        int found = 0;
        for (int picture = 0; picture < pictures.size(); picture++) {
            float[] vector = pictures.get(picture);
            int best = best(texts.stream()
                    .mapToDouble(text -> product(text.vector, vector))
                    .toArray());
            found += held.captions(picture).contains(texts.get(best).caption) ? 1 : 0;
        }
        return found / (double) pictures.size();
    }

    /** How many captions find their picture first. */
    private static double picturesFound(List<float[]> pictures, List<Text> texts) {
        int found = 0;
        for (Text text : texts) {
            int best = best(pictures.stream()
                    .mapToDouble(picture -> product(picture, text.vector))
                    .toArray());
            found += best == text.picture ? 1 : 0;
        }
        return found / (double) texts.size();
    }

    private static int best(double[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        return best;
    }

    private static double product(float[] some, float[] others) {
        double sum = 0;
        for (int i = 0; i < some.length; i++) {
            sum += some[i] * others[i];
        }
        return sum;
    }
}
