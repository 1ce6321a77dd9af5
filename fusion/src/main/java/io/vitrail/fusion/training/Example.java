package io.vitrail.fusion.training;

import java.util.List;

/**
 * A caption, and what it may be about.
 *
 * @param ids of its words, from beginning to end
 * @param pictures of which each epoch takes one, each with its views, which are tokens [tokens · width]; none if nothing
 *     is known
 */
record Example(int[] ids, List<List<float[]>> pictures) {}
