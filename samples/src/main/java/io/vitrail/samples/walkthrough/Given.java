package io.vitrail.samples.walkthrough;

import java.util.List;

/**
 * The sentence and every number that the walk-through begins with. They were chosen by hand, so that the story can be
 * followed; a model learns its own. Matrices are as the paper writes them: a token is a row, and x W is its projection.
 */
final class Given {
    static final List<Word> WORDS = List.of(
            new Word("写", "xiě", "write"),
            new Word("代码", "dàimǎ", "code"),
            new Word("的", "de", "(who)"),
            new Word("中", "zhōng", "middle"),
            new Word("年", "nián", "year"),
            new Word("人", "rén", "person"));

    static final String TRANSLATION = "a middle-aged person who writes code";

    /** Which token asks where only one does: 年. */
    static final int ASKING = 4;

    static final int WIDTH = 4;

    /** What we call the four numbers of a token. */
    static final List<String> FEATURES = List.of("doing", "thing", "place", "time");

    static final float[][] EMBEDDINGS = {
        {1.0f, 0.1f, 0.0f, 0.0f}, // 写
        {0.3f, 0.9f, 0.0f, 0.0f}, // 代码
        {0.1f, 0.1f, 0.1f, 0.1f}, // 的: next to nothing of all
        {0.0f, 0.1f, 1.0f, 0.3f}, // 中
        {0.0f, 0.2f, 0.1f, 1.0f}, // 年
        {0.1f, 0.9f, 0.2f, 0.2f}, // 人
    };

    static final float[][] QUERY = {
        {1.0f, 2.0f, 0.0f, 0.0f}, // a doing looks for a thing
        {1.0f, 0.5f, 0.5f, 0.0f},
        {0.0f, 0.5f, 0.5f, 1.5f}, // a place looks for a time
        {-1.0f, 2.0f, 3.0f, 0.0f}, // a time looks for a place, and for a thing that does nothing
    };

    static final float[][] KEY = {
        {1.0f, 0.0f, 0.0f, 0.0f},
        {0.0f, 1.0f, 0.0f, 0.0f},
        {0.0f, 0.0f, 1.0f, 0.5f}, // a place is found by those that look for a time, too
        {0.0f, 0.0f, 0.0f, 1.0f},
    };

    static final float[][] VALUE = {
        {1.0f, 0.5f, 0.0f, 0.0f},
        {0.0f, 1.0f, 0.5f, 0.0f},
        {0.0f, 0.0f, 1.0f, 0.5f},
        {0.5f, 0.0f, 0.0f, 1.0f},
    };

    /** Leaves what the heads found as it is. */
    static final float[][] IDENTITY = {
        {1.0f, 0.0f, 0.0f, 0.0f},
        {0.0f, 1.0f, 0.0f, 0.0f},
        {0.0f, 0.0f, 1.0f, 0.0f},
        {0.0f, 0.0f, 0.0f, 1.0f},
    };

    /** Gives each head half of what the other found. */
    static final float[][] OUTPUT = {
        {1.0f, 0.0f, 0.5f, 0.0f},
        {0.0f, 1.0f, 0.0f, 0.5f},
        {0.5f, 0.0f, 1.0f, 0.0f},
        {0.0f, 0.5f, 0.0f, 1.0f},
    };

    static final int MLP_WIDTH = 8;

    static final float[][] EXPAND = {
        {1.0f, 0.0f, 0.0f, 0.0f, -1.0f, 0.0f, 0.0f, 0.0f},
        {0.0f, 1.0f, 0.0f, 0.0f, 0.0f, -1.0f, 0.0f, 1.0f},
        {0.0f, 0.0f, 1.0f, 0.0f, 0.0f, 0.0f, 1.0f, 0.0f},
        {0.0f, 0.0f, 0.0f, 1.0f, 0.0f, 0.0f, 1.0f, 1.0f},
    };

    static final float[] EXPAND_BIAS = {0, 0, 0, 0, 0, 0, -1, -1};

    static final float[][] CONTRACT = {
        {0.5f, 0.0f, 0.0f, 0.0f},
        {0.0f, 0.5f, 0.0f, 0.0f},
        {0.0f, 0.0f, 0.5f, 0.0f},
        {0.0f, 0.0f, 0.0f, 0.5f},
        {0.0f, 0.0f, 0.5f, 0.0f},
        {0.0f, 0.0f, 0.0f, 0.5f},
        {0.0f, 1.0f, 0.0f, -1.0f},
        {0.5f, 0.0f, 0.0f, -0.5f},
    };

    static final float[] CONTRACT_BIAS = {0, 0, 0, 0};

    static final float[] NORM_SCALE = {1, 1, 1, 1};

    static final float[] NORM_SHIFT = {0, 0, 0, 0};

    /** The usual one; the paper names none. */
    static final float NORM_EPSILON = 1e-5f;

    private Given() {}

    /** The tokens as they are written. */
    static List<String> texts() {
        return WORDS.stream().map(Word::text).toList();
    }
}
