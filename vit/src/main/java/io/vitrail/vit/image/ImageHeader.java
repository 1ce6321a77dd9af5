package io.vitrail.vit.image;

/**
 * What the first look at an encoded picture tells, before anything is allocated for its pixels.
 *
 * @param width as stored, before the orientation is applied
 * @param orientation how the stored picture has to be turned to stand upright
 */
record ImageHeader(ImageFormat format, long width, long height, Orientation orientation) {}
