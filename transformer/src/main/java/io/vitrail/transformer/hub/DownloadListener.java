package io.vitrail.transformer.hub;

/** Hears how far a download is. It is called by the downloading thread; what it throws ends the download. */
@FunctionalInterface
public interface DownloadListener {
    /** Hears nothing. */
    DownloadListener NONE = (file, done, total) -> {};

    /**
     * Called when a download begins or resumes, now and then while it goes on, and when it is complete.
     *
     * @param file the file's name in its repository
     * @param done the bytes that are there; less than before if the download had to begin again
     * @param total the bytes that the file has
     */
    void progressed(String file, long done, long total);
}
