package io.vitrail.samples.cli;

import io.vitrail.text.TextArchitecture;
import io.vitrail.text.TextModelDescription;
import io.vitrail.transformer.weights.StoredWeights;
import io.vitrail.vit.ModelDescription;
import io.vitrail.vit.VisionArchitecture;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is told of a checkpoint, whatever its model reads.
 *
 * @param reader what makes numbers of pictures or texts is called
 * @param reading what it does; empty if the folder doesn't say it
 */
record Described(
        String type,
        Optional<String> className,
        Optional<Architecture> architecture,
        Optional<StoredWeights> weights,
        String reader,
        Optional<String> reading,
        Optional<String> licence,
        List<String> problems) {
    /**
     * The model without its weights.
     *
     * @param passBytes what one unit needs beside the weights, roughly
     * @param use what needs it
     */
    record Architecture(
            Map<String, Long> sizes,
            long parameters,
            long float32,
            long bfloat16,
            long passBytes,
            String use,
            List<String> tasks,
            List<String> labels) {
        private static Architecture of(VisionArchitecture model) {
            return new Architecture(
                    model.sizes(),
                    model.parameters(),
                    model.bytesInFloat32(),
                    model.bytesInBfloat16(),
                    model.passBytes(),
                    "a pass about %s a picture",
                    model.tasks(),
                    model.labels());
        }

        private static Architecture of(TextArchitecture model) {
            return new Architecture(
                    model.sizes(),
                    model.parameters(),
                    model.bytesInFloat32(),
                    model.bytesInBfloat16(),
                    model.tokenBytes(),
                    "about %s a token",
                    model.tasks(),
                    model.labels());
        }
    }

    static Described of(ModelDescription model) {
        return new Described(
                model.type(),
                model.className(),
                model.architecture().map(Architecture::of),
                model.weights(),
                "processor",
                model.processor(),
                model.licence(),
                model.problems());
    }

    static Described of(TextModelDescription model) {
        return new Described(
                model.type(),
                model.className(),
                model.architecture().map(Architecture::of),
                model.weights(),
                "tokenizer",
                model.tokenizer(),
                model.licence(),
                model.problems());
    }
}
