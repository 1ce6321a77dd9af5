package io.vitrail.fusion.search;

import java.nio.file.Path;

/**
 * A picture that a search found.
 *
 * @param file in the searched folder, beginning with that as it was named
 * @param score the cosine of the angle between its vector and the query's: 1 for the same direction
 */
public record FoundPicture(Path file, double score) {}
