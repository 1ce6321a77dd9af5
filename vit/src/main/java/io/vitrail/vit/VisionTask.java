package io.vitrail.vit;

import io.vitrail.transformer.Check;
import java.util.Arrays;
import java.util.List;

/** What a checkpoint's head is for; the names of Hugging Face's model classes end in it. */
public enum VisionTask {
    CLASSIFICATION_WITH_TEACHER("ForImageClassificationWithTeacher"),
    CLASSIFICATION("ForImageClassification"),
    PROJECTION("VisionModelWithProjection"),
    MASKED_IMAGE_MODELING("ForMaskedImageModeling"),
    PRE_TRAINING("ForPreTraining"),
    FEATURES("Model");

    private final String ending;

    VisionTask(String ending) {
        this.ending = ending;
    }

    /**
     * The task of a model class such as {@code ViTForImageClassification}.
     *
     * @throws IllegalArgumentException for a class with another head; the message lists the known ones
     */
    public static VisionTask of(String className) {
        List<VisionTask> found = Arrays.stream(values())
                .filter(task -> className.endsWith(task.ending))
                .toList();
        Check.that(
                !found.isEmpty(),
                "Model class '%s' has a head that isn't supported; supported endings: %s.",
                className,
                Arrays.stream(values()).map(task -> task.ending).toList());
        return found.get(0);
    }

    /** This task, if a model has a head for it. */
    VisionTask among(String family, VisionTask... supported) {
        Check.that(
                List.of(supported).contains(this),
                "%s has no head for %s; supported: %s.",
                family,
                this,
                List.of(supported));
        return this;
    }
}
