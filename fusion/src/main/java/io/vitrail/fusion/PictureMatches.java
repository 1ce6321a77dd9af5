package io.vitrail.fusion;

import io.vitrail.fusion.ImageTextMatcher.Match;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.vit.image.Image;
import java.util.List;

/** How one kind of model matches texts with a picture. Thread-safe. */
interface PictureMatches extends AutoCloseable {
    /** What the models are for, in words. */
    String PURPOSE = "matching texts and pictures";

    /** By text; none depends on the others. */
    List<Match> match(Image image, List<String> texts, Patience patience);

    /** The same model changed by an adapter. Closing it frees the adapter alone. */
    PictureMatches with(PeftAdapter adapter);

    @Override
    void close();
}
