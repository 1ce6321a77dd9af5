package io.vitrail.vit.attention;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.vit.image.Image;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A page with a text about a photo, each of whose words shows where it came from when it is pointed at. It needs no
 * network and no other file.
 *
 * @param title such as the photo's name
 * @param photo that the text is about
 * @param words of the text, at least one
 */
public record WordPage(String title, Image photo, List<WordMap> words) {
    private static final String ABOUT =
            "The maps show what the model looked at while it wrote each word, or read it, on average over its layers"
                    + " and heads. Each map's colours go from its least to its greatest value.";

    public WordPage {
        words = List.copyOf(words);
        Check.that(!words.isEmpty(), "There are no words to show.");
    }

    /** The page. */
    public String html() {
        ObjectNode data = AttentionPage.data(title, ABOUT, photo);
        data.putArray("whole");
        ArrayNode maps = data.putArray("words");
        words.forEach(word -> AttentionPage.whole(maps, word.word(), AttentionPage.SHARE, word.map()));
        return AttentionPage.html(data);
    }

    /**
     * Writes the page; an existing file is replaced.
     *
     * @throws UncheckedIOException if it can't be written
     */
    public void save(Path file) {
        AttentionPage.save(html(), file);
    }
}
