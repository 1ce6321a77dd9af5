package io.vitrail.fusion.search;

/**
 * A file as it was when it was looked at; another size or time means another content.
 *
 * @param name its path below the searched folder, with / between
 * @param bytes its size
 * @param changed the time of its last change, in nanoseconds since 1970
 */
record PictureFile(String name, long bytes, long changed) {}
