package io.vitrail.transformer.hub;

/**
 * A file of a model as the hub announces it.
 *
 * @param name in the repository
 * @param commit the revision that it is of
 * @param tag what names its content: the sha256 of a large file, the git blob's sha1 of another
 * @param size in bytes
 */
record RemoteFile(String name, String commit, String tag, long size) {}
