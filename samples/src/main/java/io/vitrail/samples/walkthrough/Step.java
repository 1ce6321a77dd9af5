package io.vitrail.samples.walkthrough;

import java.util.List;

/**
 * A step of the walk-through.
 *
 * @param title says what happens
 * @param text explains it, in two or three sentences
 * @param equation in one line
 * @param source where the paper has it
 * @param code the classes that do it in every model here
 * @param tables all numbers that occur
 */
public record Step(String title, String text, String equation, String source, List<String> code, List<Table> tables) {
    public Step {
        text = text.strip().replaceAll("\\s+", " ");
        code = List.copyOf(code);
        tables = List.copyOf(tables);
    }
}
