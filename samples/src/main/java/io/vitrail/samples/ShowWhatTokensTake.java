package io.vitrail.samples;

import io.vitrail.text.attention.TextAttention;
import io.vitrail.text.attention.TextAttentionPage;
import java.nio.file.Path;

/** Writes a page of what the tokens of a text take from one another in a model: its folder, the text, the page's file. */
public class ShowWhatTokensTake {
    public static void main(String[] arguments) {
        try (TextAttention attention = TextAttention.load(Path.of(arguments[0]))) {
            TextAttentionPage.of(attention.attend(arguments[1])).save(Path.of(arguments[2]));
        }
    }
}
