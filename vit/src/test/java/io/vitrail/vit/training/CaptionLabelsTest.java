package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CaptionLabelsTest {
    private static final int CAT = 3;
    private static final int DOG = 5;

    private final CaptionLabels labels = new CaptionLabels(Map.of("cat cats kitten", CAT, "dog dogs", DOG));

    @Test
    void threeCaptionsThatAgreeGiveTheClass() {
        assertThat(labels.of(photo("A cat.", "Two CATS!", "a kitten on a mat", "something grey", "fur")))
                .contains(CAT);
    }

    @Test
    void oneOtherMentionDoesNotMatter() {
        assertThat(labels.of(photo("a cat", "a cat", "a cat", "a small dog", "fur")))
                .contains(CAT);
    }

    @Test
    void noMentionMeansNoClass() {
        assertThat(labels.of(photo("a bus", "catalogue of dogmas"))).contains(PictureSet.NO_CLASS);
        assertThat(labels.of(photo())).contains(PictureSet.NO_CLASS);
    }

    @Test
    void fewOrSeveralMentionsSayNothing() {
        assertThat(labels.of(photo("a cat", "a cat", "a bus"))).isEmpty();
        assertThat(labels.of(photo("a cat and a dog", "a cat and a dog", "a cat and a dog")))
                .isEmpty();
        assertThat(labels.of(photo("a cat and a dog", "a cat and a dog", "cat", "cat")))
                .isEmpty();
    }

    private static JsonNode photo(String... captions) {
        ObjectNode photo = JsonNodeFactory.instance.objectNode();
        Stream.of(captions).forEach(photo.putArray("captions")::add);
        return photo;
    }
}
