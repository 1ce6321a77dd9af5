package io.vitrail.text;

import io.vitrail.text.generation.GenerationOptions;
import java.util.List;

/** What the tasks have in common that write texts. */
public sealed interface WritingTask extends AutoCloseable permits TextGenerator, TextToText {
    /** How texts are written. */
    GenerationOptions options();

    /** The text that follows from a given one. */
    GeneratedText generate(String text);

    /** The same, heard while it is being written; not by beam search, which decides in the end. */
    GeneratedText generate(String text, TextListener listener);

    /** The texts that follow from several, which are written together; results in their order. */
    List<GeneratedText> generate(List<String> texts);

    /** By given text: as many as the options' returned sequences, best first in beam search. */
    List<List<GeneratedText>> variants(List<String> texts);

    @Override
    void close();
}
