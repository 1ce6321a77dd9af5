package io.vitrail.fusion.search;

import io.vitrail.fusion.bulk.Progress;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A step of an index's update.
 *
 * @param file the picture; or a folder that can't be listed
 * @param failure why it isn't in the index, if it isn't
 * @param progress of the pictures that are new or changed
 * @param total how many those are
 */
public record IndexedPicture(Path file, Optional<Throwable> failure, Progress progress, long total) {}
