package io.vitrail.samples;

import io.vitrail.fusion.search.FoundPicture;
import io.vitrail.fusion.search.ImageSearch;
import io.vitrail.fusion.search.IndexUpdate;
import io.vitrail.fusion.search.SearchOptions;
import java.nio.file.Path;

/** Finds the photos of a folder that a sentence fits best; the first time all go through the model, later new ones. */
public class SearchPhotos {
    /** The folder of a model such as openai/clip-vit-base-patch32, a folder of photos, a sentence. */
    public static void main(String[] arguments) {
        SearchOptions options = SearchOptions.DEFAULT.withModel(Path.of(arguments[0]));
        try (ImageSearch search = ImageSearch.open(Path.of(arguments[1]), options)) {
            IndexUpdate update = search.update(step ->
                    step.failure().ifPresent(failure -> System.out.println(step.file() + ": " + failure.getMessage())));
            System.out.printf("%d new photos, %d as before%n", update.added(), update.unchanged());
            for (FoundPicture found : search.findByText(arguments[2], 5)) {
                System.out.printf("%.3f %s%n", found.score(), found.file());
            }
        }
    }
}
