package io.vitrail.fusion.training;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import io.vitrail.fusion.FusionCaptioner;
import io.vitrail.fusion.FusionModels;
import io.vitrail.fusion.metrics.CaptionMetrics;
import io.vitrail.fusion.metrics.CaptionTokenizer;
import io.vitrail.text.TextEngine;
import io.vitrail.text.generation.CachedDecoding;
import io.vitrail.text.generation.Decoding;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.weights.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How good a saved captioner is: CIDEr-D on photos whose backbone's tokens are known. It is loaded and writes as for
 * anybody else, but needn't look again.
 *
 * @param photos and their tokens [tokens · width], in the same order
 */
record CaptionJudge(List<CaptionData.Photo> photos, List<float[]> seen, int width) {
    private static final int BATCH = 16;

    double ciderD(Path folder) {
        Map<String, List<List<String>>> references = new LinkedHashMap<>();
        photos.forEach(photo -> references.put(
                photo.name(),
                photo.picture().captions().stream()
                        .map(CaptionTokenizer::tokens)
                        .toList()));
        Map<String, List<String>> candidates = new LinkedHashMap<>();
        List<String> captions = captions(folder);
        for (int i = 0; i < captions.size(); i++) {
            candidates.put(photos.get(i).name(), CaptionTokenizer.tokens(captions.get(i)));
        }
        return CaptionMetrics.score(references, candidates).whole().ciderD();
    }

    /** In the photos' order. */
    List<String> captions(Path folder) {
        List<String> captions = new ArrayList<>();
        try (Checkpoint checkpoint = Checkpoint.open(folder);
                Tokenizer tokenizer = Tokenizer.load(folder);
                Session<FusionCaptioner> session = FusionModels.load(
                        checkpoint,
                        FusionModels.className(checkpoint),
                        FusionCaptioner.class,
                        Kernels.choose(Device.cpu(), Precision.FP32),
                        Device.cpu())) {
            GenerationOptions options = session.model().options(checkpoint);
            TextEngine engine = TextEngine.of(tokenizer, options);
            Prompt prompt = session.model().prompt(new long[0], options);
            for (int first = 0; first < seen.size(); first += BATCH) {
                List<float[]> some = seen.subList(first, Math.min(first + BATCH, seen.size()));
                TextEngine.Order order = new TextEngine.Order(prompt, 1, new long[0], prompt.ids());
                try (Decoding decoding = asking(session, some)) {
                    engine.write(decoding, Collections.nCopies(some.size(), order))
                            .forEach(texts -> captions.add(texts.get(0).text()));
                }
            }
        }
        return captions;
    }

    private Decoding asking(Session<FusionCaptioner> session, List<float[]> some) {
        int length = some.get(0).length;
        float[] all = new float[some.size() * length];
        for (int i = 0; i < some.size(); i++) {
            System.arraycopy(some.get(i), 0, all, i * length, length);
        }
        Shape shape = new Shape(some.size(), length / width, width);
        return CachedDecoding.asking(
                session,
                FusionCaptioner::decoder,
                (model, scope, pass) -> Tokens.of(scope.create(all, shape)),
                Patience.endless());
    }
}
