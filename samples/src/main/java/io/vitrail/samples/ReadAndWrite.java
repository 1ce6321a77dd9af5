package io.vitrail.samples;

import io.vitrail.text.Conversation;
import io.vitrail.text.FillMask;
import io.vitrail.text.GeneratedText;
import io.vitrail.text.TextEmbedder;
import io.vitrail.text.TextGenerator;
import io.vitrail.text.TextToText;
import java.nio.file.Path;

/** Writes, rewrites, guesses and compares texts. */
public class ReadAndWrite {
    static void write(Path gpt) {
        try (TextGenerator generator = TextGenerator.load(gpt)) {
            generator.generate("Once upon a time", System.out::print); // piece by piece
        }
    }

    static void chat(Path assistant) {
        try (TextGenerator generator = TextGenerator.load(assistant)) {
            Conversation conversation = generator.conversation();
            System.out.println(conversation.say("What is a vitrail?").text());
        }
    }

    static void rewrite(Path t5) {
        try (TextToText writer = TextToText.load(t5)) {
            GeneratedText german = writer.generate("translate English to German: The window is old.");
            System.out.println(german.text());
        }
    }

    static void guess(Path bert) {
        try (FillMask fillMask = FillMask.load(bert)) {
            fillMask.fill("The " + fillMask.mask() + " is old.").get(0).forEach(System.out::println);
        }
    }

    static void compare(Path bert) {
        try (TextEmbedder embedder = TextEmbedder.load(bert)) {
            System.out.println(embedder.embed("a cat").cosine(embedder.embed("a kitten")));
        }
    }
}
