package io.vitrail.fusion.search;

import io.vitrail.fusion.bulk.Bulk;
import io.vitrail.fusion.bulk.BulkRun;
import io.vitrail.fusion.bulk.Outcome;
import io.vitrail.fusion.bulk.Progress;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Finds the pictures of a folder that are most like a picture, or that a sentence fits best. An index on disk keeps
 * their vectors, so that each is computed once.
 *
 * <pre>{@code
 * try (ImageSearch search = ImageSearch.open(photos, SearchOptions.DEFAULT.withModel(clip))) {
 *     search.update(step -> {});
 *     search.findByText("a cat on a table", 5).forEach(System.out::println);
 * }
 * }</pre>
 *
 * <p>Pictures in folders within it count, too; hidden files and folders don't, and symbolic links aren't followed.
 * The index knows its model, and refuses another's vectors. Thread-safe: searches go on while an update runs, and find
 * what it has saved. It holds native memory until it is closed; its results don't.
 */
public final class ImageSearch implements AutoCloseable {
    private final Path folder;
    private final SearchOptions options;
    private final SearchModel model;
    private final VectorIndex index;
    private final ReentrantLock updating = new ReentrantLock();
    private volatile boolean closed;

    private ImageSearch(Path folder, SearchOptions options, SearchModel model, VectorIndex index) {
        this.folder = folder;
        this.options = options;
        this.model = model;
        this.index = index;
    }

    /**
     * Opens the index of a folder of pictures, or makes an empty one; {@link #update} fills it.
     *
     * @throws IllegalArgumentException if there is no such folder, or no index can be written
     * @throws CheckpointException if the model can't be loaded, or the index is damaged, made by another model, or of
     *     another folder
     */
    public static ImageSearch open(Path pictures, SearchOptions options) {
        return open(pictures, options, place -> {});
    }

    /**
     * The same, with an empty index in place of the one that is there, whether damaged, another model's or sound.
     *
     * @throws IllegalArgumentException if there is no such folder, or no index can be written
     * @throws CheckpointException if the model can't be loaded, or the index is being updated
     */
    public static ImageSearch rebuild(Path pictures, SearchOptions options) {
        return open(pictures, options, IndexFolder::clear);
    }

    private static ImageSearch open(Path pictures, SearchOptions options, Consumer<Path> first) {
        Path real = PictureFolder.real(pictures);
        SearchModel model = SearchModel.load(options.model(), options.compute());
        try {
            Path place = options.index().orElseGet(() -> pictures.resolve(SearchOptions.HIDDEN));
            first.accept(place);
            Path home = IndexFolder.prepare(place);
            String from = (home.startsWith(real) ? home.relativize(real) : real).toString();
            VectorIndex index = VectorIndex.open(place, new IndexOrigin(model.identity(), from));
            return new ImageSearch(pictures, options, model, index);
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    /** Whether the model knows sentences; if not, only {@link #findByImage} finds. */
    public boolean knowsSentences() {
        return model.knowsSentences();
    }

    /** How many pictures are in the index. */
    public int size() {
        return index.size();
    }

    /**
     * Brings the index up to date with the folder. Pictures that are new, or whose size or time of change is another,
     * go through the model; those that are gone are removed. If it ends early, by an exception, an interruption or a
     * kill, what was saved stays, and the next update goes on from there.
     *
     * @param listener of each picture that was taken in or failed; called by this thread
     * @throws CheckpointException if the index is being updated by another program, or can't be written
     * @throws CancellationException if the thread is interrupted, whose flag stays set
     */
    public IndexUpdate update(Consumer<IndexedPicture> listener) {
        updating.lock();
        try {
            requireOpen();
            return new Update(listener).run();
        } finally {
            updating.unlock();
        }
    }

    private void requireOpen() {
        Check.state(!closed, "The search is closed. Keep it open until the last call has returned.");
    }

    /** One update. */
    private final class Update {
        private final Consumer<IndexedPicture> listener;
        private final Map<String, PictureFile> known = index.files();
        private final PictureFolder there = PictureFolder.list(folder);
        private int added;
        private int changed;
        private int failed;

        Update(Consumer<IndexedPicture> listener) {
            this.listener = listener;
        }

        IndexUpdate run() {
            List<PictureFile> pending = there.files().stream()
                    .filter(file -> !file.equals(known.get(file.name())))
                    .toList();
            Set<String> gone = gone();
            there.unlisted().forEach((name, failure) -> {
                failed++;
                tell(name, Optional.of(failure), new Progress(0, 0, Duration.ZERO), pending.size());
            });
            if (!pending.isEmpty() || !gone.isEmpty()) {
                write(pending, gone);
            }
            int unchanged = there.files().size() - pending.size();
            return new IndexUpdate(added, changed, gone.size(), unchanged, failed);
        }

        private Set<String> gone() {
            Set<String> names = new HashSet<>(known.keySet());
            there.files().forEach(file -> names.remove(file.name()));
            names.removeIf(there::hides);
            return names;
        }

        private void write(List<PictureFile> pending, Set<String> gone) {
            Bulk<PictureFile, Image, Embedding> bulk = Bulk.<PictureFile, Image, Embedding>of(this::read, model::of)
                    .withOptions(options.bulk());
            try (VectorIndex.Writer writer = index.writer();
                    BulkRun<PictureFile, Image, Embedding> run = bulk.run(pending.iterator())) {
                writer.remove(gone);
                long saved = System.nanoTime();
                while (run.hasNext()) {
                    requireOpen();
                    Outcome<PictureFile, Embedding> outcome = run.next();
                    take(outcome, writer);
                    tell(outcome.item().name(), outcome.failure(), run.progress(), pending.size());
                    if (System.nanoTime() - saved >= options.savedEvery().toNanos()) {
                        writer.save();
                        saved = System.nanoTime();
                    }
                }
            }
        }

        private Image read(PictureFile file) {
            return options.reader().fromFile(folder.resolve(file.name()));
        }

        private void take(Outcome<PictureFile, Embedding> outcome, VectorIndex.Writer writer) {
            PictureFile file = outcome.item();
            boolean old = known.containsKey(file.name());
            if (outcome.result().isPresent()) {
                writer.put(file, outcome.result().get().values());
                added += old ? 0 : 1;
                changed += old ? 1 : 0;
            } else {
                writer.remove(Set.of(file.name())); // what it was before it isn't any more
                failed++;
            }
        }

        private void tell(String name, Optional<Throwable> failure, Progress progress, long total) {
            listener.accept(new IndexedPicture(folder.resolve(name), failure, progress, total));
        }
    }

    /**
     * The pictures that a sentence fits best, best first.
     *
     * @param most how many, at least 1
     * @throws IllegalArgumentException if the model knows no sentences
     * @throws io.vitrail.transformer.CallException if the search is closed, or the thread is interrupted
     */
    public List<FoundPicture> findByText(String sentence, int most) {
        requirePositive(most);
        return nearest(model.of(sentence), most);
    }

    /**
     * The pictures that are most like a picture, best first; itself, if it is among them.
     *
     * @param most how many, at least 1
     * @throws io.vitrail.transformer.CallException if the search is closed, or the thread is interrupted
     */
    public List<FoundPicture> findByImage(Image picture, int most) {
        requirePositive(most);
        return nearest(model.of(List.of(picture)).get(0), most);
    }

    private static void requirePositive(int most) {
        Check.that(most >= 1, "At least 1 picture must be asked for, not %d.", most);
    }

    private List<FoundPicture> nearest(Embedding query, int most) {
        return index.nearest(query.values(), most).stream()
                .map(near -> new FoundPicture(folder.resolve(near.name()), near.cosine()))
                .toList();
    }

    /** Ends an update that goes on, which saves what it has, and frees all. */
    @Override
    public void close() {
        closed = true;
        updating.lock();
        try {
            model.close();
            index.close();
        } finally {
            updating.unlock();
        }
    }
}
