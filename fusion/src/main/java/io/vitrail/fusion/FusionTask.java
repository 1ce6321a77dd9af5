package io.vitrail.fusion;

/** What a class of the reference makes of pictures and texts. */
public enum FusionTask {
    /** Answers in a chat in which pictures stand, or goes on with such a text. */
    CHATTING,
    /** Says which class a text with its pictures belongs to. */
    CLASSIFICATION,
    /** Says how well pictures and texts fit each other, by vectors in one space. */
    COMPARING,
    /** Joins a picture and a text to one vector, for heads. */
    FEATURES,
    /** Fills in the masked words of a text about a picture. */
    MASKED_WORD,
    /** Says whether a picture and a text are a pair. */
    MATCHING,
    /** Goes on with a text that begins with a picture, or answers it. */
    PROMPTED_WRITING,
    /** Answers a question about a picture. */
    QUESTION_ANSWERING,
    /** Answers in a chat in which pictures stand that may be cut into tiles. */
    TILED_CHATTING,
    /** Says which class each word of a text about a picture belongs to. */
    TOKEN_CLASSIFICATION,
    /** Writes a text about a picture. */
    WRITING
}
