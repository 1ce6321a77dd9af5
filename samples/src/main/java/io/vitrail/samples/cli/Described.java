package io.vitrail.samples.cli;

import io.vitrail.fusion.FusionArchitecture;
import io.vitrail.fusion.FusionModelDescription;
import io.vitrail.text.TextArchitecture;
import io.vitrail.text.TextModelDescription;
import io.vitrail.transformer.ModelSize;
import io.vitrail.transformer.weights.StoredWeights;
import io.vitrail.vit.ModelDescription;
import io.vitrail.vit.VisionArchitecture;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is told of a checkpoint, whatever its model reads.
 *
 * @param readers what makes numbers of pictures or texts, by what it is called; empty if the folder doesn't say it
 */
record Described(
        String type,
        Optional<String> className,
        Optional<Architecture> architecture,
        Optional<StoredWeights> weights,
        Map<String, Optional<String>> readers,
        Optional<String> licence,
        List<String> problems) {
    private static final String PROCESSOR = "processor";
    private static final String TOKENIZER = "tokenizer";

    /**
     * The model without its weights.
     *
     * @param passBytes what one unit needs beside the weights, roughly
     * @param use what needs it
     */
    record Architecture(
            Map<String, Long> sizes,
            ModelSize size,
            long passBytes,
            String use,
            List<String> tasks,
            List<String> labels) {
        private static Architecture of(VisionArchitecture model) {
            return new Architecture(
                    model.sizes(),
                    model.size(),
                    model.passBytes(),
                    "a pass about %s a picture",
                    model.tasks(),
                    model.labels());
        }

        private static Architecture of(FusionArchitecture model) {
            String token = ", about " + Amounts.bytes(model.tokenBytes()) + " a token";
            return new Architecture(
                    model.sizes(),
                    model.size(),
                    model.pictureBytes(),
                    "a pass about %s a picture" + token,
                    model.tasks(),
                    model.labels());
        }

        private static Architecture of(TextArchitecture model) {
            return new Architecture(
                    model.sizes(), model.size(), model.tokenBytes(), "about %s a token", model.tasks(), model.labels());
        }
    }

    static Described of(FusionModelDescription model) {
        Map<String, Optional<String>> readers = new LinkedHashMap<>();
        readers.put(PROCESSOR, model.processor());
        readers.put(TOKENIZER, model.tokenizer());
        return new Described(
                model.type(),
                model.className(),
                model.architecture().map(Architecture::of),
                model.weights(),
                readers,
                model.licence(),
                model.problems());
    }

    static Described of(ModelDescription model) {
        return new Described(
                model.type(),
                model.className(),
                model.architecture().map(Architecture::of),
                model.weights(),
                Map.of(PROCESSOR, model.processor()),
                model.licence(),
                model.problems());
    }

    static Described of(TextModelDescription model) {
        return new Described(
                model.type(),
                model.className(),
                model.architecture().map(Architecture::of),
                model.weights(),
                Map.of(TOKENIZER, model.tokenizer()),
                model.licence(),
                model.problems());
    }
}
