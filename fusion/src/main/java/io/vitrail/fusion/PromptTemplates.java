package io.vitrail.fusion;

import io.vitrail.transformer.Check;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Sentences that labels are put into, because a model that learned from captions knows sentences better than words.
 * What several of them say of a label is averaged (Radford et al. 2021, section 3.1.4, "prompt engineering and
 * ensembling").
 *
 * @param templates each with {@code {}} where the label goes
 */
public record PromptTemplates(List<String> templates) {
    private static final String LABEL = "{}";
    private static final String IMAGENET = "imagenet-templates.txt";

    /** The one that the reference's pipeline has. */
    public static final PromptTemplates DEFAULT = of("This is a photo of {}.");

    public PromptTemplates {
        templates = List.copyOf(templates);
        Check.that(!templates.isEmpty(), "At least 1 template is needed.");
        for (String template : templates) {
            int first = template.indexOf(LABEL);
            Check.that(
                    first >= 0 && first == template.lastIndexOf(LABEL),
                    "The template '%s' must have {} once, where the label goes.%n  try:  'a photo of a {}.'",
                    template);
        }
    }

    public static PromptTemplates of(String... templates) {
        return new PromptTemplates(List.of(templates));
    }

    /** The labels as they are. */
    public static PromptTemplates none() {
        return of(LABEL);
    }

    /** The 80 by which CLIP was measured on ImageNet (Radford et al. 2021, section 3.1.4). */
    public static PromptTemplates imagenet() {
        try (InputStream in = PromptTemplates.class.getResourceAsStream(IMAGENET)) {
            Check.state(in != null, "The resource %s is missing.", IMAGENET);
            return new PromptTemplates(new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A label in each of the sentences. */
    public List<String> prompts(String label) {
        return templates.stream()
                .map(template -> template.replace(LABEL, label))
                .toList();
    }
}
