package io.vitrail.text;

import io.vitrail.text.tokenizer.template.ChatMessage;
import io.vitrail.transformer.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * A chat with a {@link TextGenerator} that remembers what was said.
 *
 * <pre>{@code
 * Conversation conversation = generator.conversation("You answer in one sentence.");
 * System.out.println(conversation.say("What is a vitrail?").text());
 * System.out.println(conversation.say("And who makes them?").text());
 * }</pre>
 *
 * <p>One thread at a time; there may be any number of conversations with one generator. Nothing to close.
 */
public final class Conversation {
    private final TextGenerator generator;
    private final List<ChatMessage> beginning;
    private List<ChatMessage> messages;

    Conversation(TextGenerator generator, List<ChatMessage> beginning) {
        this.generator = generator;
        this.beginning = beginning;
        messages = beginning;
    }

    /**
     * The answer to what the user says. If there is none, nothing was said.
     *
     * @throws IllegalArgumentException if the checkpoint has no chat template, that refuses the messages, or they have
     *     become longer than the model's positions
     */
    public GeneratedText say(String text) {
        List<ChatMessage> asked = and(messages, ChatMessage.user(Check.given(text, "text")));
        return remember(asked, generator.chat(asked));
    }

    /** The same, heard while it is being written. */
    public GeneratedText say(String text, TextListener listener) {
        List<ChatMessage> asked = and(messages, ChatMessage.user(Check.given(text, "text")));
        return remember(asked, generator.chat(asked, listener));
    }

    private GeneratedText remember(List<ChatMessage> asked, GeneratedText answer) {
        messages = and(asked, ChatMessage.assistant(answer.text()));
        return answer;
    }

    private static List<ChatMessage> and(List<ChatMessage> messages, ChatMessage next) {
        List<ChatMessage> longer = new ArrayList<>(messages);
        longer.add(next);
        return List.copyOf(longer);
    }

    /** All that was said, oldest first. */
    public List<ChatMessage> messages() {
        return messages;
    }

    /** Forgets what was said; the instruction stays. */
    public void reset() {
        messages = beginning;
    }
}
