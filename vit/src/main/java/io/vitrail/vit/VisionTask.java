package io.vitrail.vit;

import java.util.List;

/** What a class of the reference makes of its backbone's tokens. Each model lists its classes with their tasks. */
public enum VisionTask {
    /** Scores of classes. */
    CLASSIFICATION,
    /** The mean of two heads' scores, one of which learned from a teacher. */
    CLASSIFICATION_WITH_TEACHER,
    /** One vector in a space shared with texts. */
    PROJECTION,
    /** Tokens of pictures with masked patches; no pooler. */
    MASKED_IMAGE_MODELING,
    /** Tokens of some of the patches. */
    PRE_TRAINING,
    /** Tokens, and what the pooler makes of them if the family has one. */
    FEATURES,
    /** Tokens alone, where a pooler would have weights. */
    FEATURES_WITHOUT_POOLER;

    /** The labels, if there is a head that scores them. */
    List<String> scored(List<String> labels) {
        return this == CLASSIFICATION || this == CLASSIFICATION_WITH_TEACHER ? labels : List.of();
    }
}
