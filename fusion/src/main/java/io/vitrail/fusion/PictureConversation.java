package io.vitrail.fusion;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.GeneratedText;
import io.vitrail.text.TextListener;
import io.vitrail.transformer.Check;
import io.vitrail.vit.image.Image;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A chat about pictures that remembers what was said and shown. What the model saw of a picture is kept, so that the
 * picture goes through the vision tower once; the words are read again with each question.
 *
 * <p>One thread at a time; there may be any number of conversations with one {@link VisionChat}. Nothing to close.
 */
public final class PictureConversation {
    private final VisionChat chat;
    private final List<PictureTokens> pictures = new ArrayList<>();
    private final ArrayNode messages = JsonNodeFactory.instance.arrayNode();
    private int shown; // pictures that a message has a place for

    PictureConversation(VisionChat chat, List<Image> images) {
        this.chat = chat;
        images.forEach(this::show);
    }

    /** Shows another picture, which the next question comes with. */
    public void show(Image image) {
        pictures.add(chat.see(Check.given(image, "image")));
    }

    /**
     * The answer to what the user says. If there is none, nothing was said.
     *
     * @throws IllegalArgumentException if the chat template refuses the messages or has no places for pictures, the
     *     text has what stands for a picture, or all has become longer than the model's positions
     */
    public GeneratedText say(String text) {
        return say(text, Optional.empty());
    }

    /** The same, heard while it is being written. */
    public GeneratedText say(String text, TextListener listener) {
        return say(text, Optional.of(Check.given(listener, "listener")));
    }

    private GeneratedText say(String text, Optional<TextListener> listener) {
        ArrayNode asked = messages.deepCopy().add(question(Check.given(text, "text"), pictures.size() - shown));
        GeneratedText answer = chat.reply(asked, pictures, listener);
        messages.removeAll().addAll(asked);
        messages.add(message("assistant", answer.text()));
        shown = pictures.size();
        return answer;
    }

    /** What the user says and shows: pictures first, as chat templates expect them. */
    static ObjectNode question(String text, int pictures) {
        ObjectNode message = message("user", text);
        ArrayNode content = (ArrayNode) message.get("content");
        for (int i = 0; i < pictures; i++) {
            content.insertObject(0).put("type", "image");
        }
        return message;
    }

    private static ObjectNode message(String role, String text) {
        ObjectNode message = JsonNodeFactory.instance.objectNode().put("role", role);
        message.putArray("content").addObject().put("type", "text").put("text", text);
        return message;
    }

    /** Forgets what was said; the pictures stay. */
    public void reset() {
        messages.removeAll();
        shown = 0;
    }
}
