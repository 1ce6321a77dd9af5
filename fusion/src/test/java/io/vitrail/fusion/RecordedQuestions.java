package io.vitrail.fusion;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.Resources;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What the reference answers and matches on the golden pictures; {@code record.py} beside the file tells how. */
final class RecordedQuestions {
    static final Path ANSWERER = Goldens.folder("blip_vqa/base");
    static final Path MATCHER = Goldens.folder("blip_itm/base");
    static final List<String> PICTURES = List.of("photo.png", "drawing.png");

    private static final JsonNode EXPECTED = JsonFile.read(Resources.path("/questions/expected.json"));

    private RecordedQuestions() {}

    static Image picture(String name) {
        return Image.fromFile(ANSWERER.resolve(name));
    }

    /** What was asked about a picture, and what came of it. */
    static List<JsonNode> questions(String picture) {
        return of("questions", picture);
    }

    /** Likewise of a model that chooses. */
    static List<JsonNode> choices(String picture) {
        return of("choices", picture);
    }

    /** The texts that a picture was matched with, and what came of it. */
    static List<JsonNode> matches(String picture) {
        return of("matches", picture);
    }

    private static List<JsonNode> of(String kind, String picture) {
        return StreamSupport.stream(EXPECTED.path(kind).spliterator(), false)
                .filter(row -> row.path("picture").asText().equals(picture))
                .toList();
    }

    static List<String> texts(List<JsonNode> rows, String key) {
        return rows.stream().map(row -> row.path(key).asText()).toList();
    }

    /** The given choices, likeliest first. */
    static List<String> ranked(JsonNode choices) {
        List<String> names = names(choices);
        names.sort((a, b) ->
                Double.compare(choices.path(b).asDouble(), choices.path(a).asDouble()));
        return names;
    }

    static List<String> names(JsonNode choices) {
        List<String> names = new ArrayList<>();
        choices.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Texts of several lengths, more than go through a model together. */
    static List<String> many(List<String> some) {
        return Stream.generate(some::stream).limit(9).flatMap(each -> each).toList();
    }
}
