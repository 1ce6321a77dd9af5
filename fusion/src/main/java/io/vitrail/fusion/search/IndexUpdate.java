package io.vitrail.fusion.search;

/**
 * What an update did.
 *
 * @param added pictures that the index didn't have
 * @param changed pictures whose size or time of change was another
 * @param removed pictures that are gone
 * @param unchanged pictures that were there and stayed as they are
 * @param failed pictures and folders that can't be read; the next update tries them again
 */
public record IndexUpdate(int added, int changed, int removed, int unchanged, int failed) {}
