package io.vitrail.fusion.training;

import io.vitrail.transformer.AttentionDropout;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.Optional;

/**
 * How much of attention's weights the towers of a model leave out while they learn, as their configs say.
 *
 * @param pictures share of the tower that sees
 * @param texts share of the tower that reads or writes
 */
record TowerDropout(float pictures, float texts) {
    /** By the sections of a model's config; of one without a section for texts the config itself is theirs (GIT). */
    static TowerDropout of(ConfigJson config) {
        Optional<ConfigJson> sees = config.object("vision_config").or(() -> config.object("encoder"));
        Optional<ConfigJson> reads = config.object("text_config").or(() -> config.object("decoder"));
        return new TowerDropout(
                sees.map(AttentionDropout::rate).orElse(0f), AttentionDropout.rate(reads.orElse(config)));
    }

    Pass ofPictures(Pass pass) {
        return dropping(pass, pictures);
    }

    Pass ofTexts(Pass pass) {
        return dropping(pass, texts);
    }

    private static Pass dropping(Pass pass, float rate) {
        return pass.training() ? pass.withOperations(AttentionDropout.of(pass.operations(), rate)) : pass;
    }
}
