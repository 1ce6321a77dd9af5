package io.vitrail.fusion.search;

import io.vitrail.transformer.weights.CheckpointException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.LockObtainFailedException;

/** What Lucene's exceptions mean for an index of pictures. */
final class IndexFailure {
    private IndexFailure() {}

    /** Something of Lucene's that may fail. */
    @FunctionalInterface
    interface Work<R> {
        R run() throws IOException;
    }

    /**
     * Does something with an index.
     *
     * @throws CheckpointException if its files are damaged, or can't be read or written
     * @throws IllegalStateException if it is closed
     */
    static <R> R explained(Path place, Work<R> work) {
        try {
            return work.run();
        } catch (CheckpointException e) {
            throw e;
        } catch (AlreadyClosedException e) {
            throw new IllegalStateException("The search is closed. Keep it open until the last call has returned.", e);
        } catch (IOException e) {
            throw of(place, e);
        } catch (RuntimeException e) { // what Lucene reads it believes
            throw damaged(place, e);
        }
    }

    static CheckpointException of(Path place, IOException e) {
        if (e instanceof LockObtainFailedException) {
            return CheckpointException.of(
                    "The index is being updated already.", place, "again when that has ended.", e);
        }
        boolean damaged = e instanceof CorruptIndexException
                || e instanceof IndexFormatTooNewException
                || e instanceof IndexFormatTooOldException
                || e instanceof IndexNotFoundException
                || e instanceof EOFException
                || e instanceof FileNotFoundException
                || e instanceof NoSuchFileException;
        return damaged
                ? damaged(place, e)
                : CheckpointException.of(
                        "The index can't be read or written (" + e + ").",
                        place,
                        "check its permissions and the disk's space, or another place for it: SearchOptions.withIndex.",
                        e);
    }

    private static CheckpointException damaged(Path place, Exception e) {
        return CheckpointException.of(
                "The index is damaged (" + e + ").", place, "to build it anew: ImageSearch.rebuild.", e);
    }
}
