package io.vitrail.fusion.search;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/**
 * Vectors of files on disk, found by nearness in a hierarchical navigable small world, a graph of near vectors (Malkov
 * and Yashunin 2016), which Lucene builds and keeps. Thread-safe; other programs may search the same index, and one at
 * a time may write.
 */
final class VectorIndex implements AutoCloseable {
    /** A file's name, and the cosine of its vector and the asked one. */
    record Near(String name, double cosine) {}

    /** How many near vectors a search keeps in view at least. An index of fewer is searched exactly. */
    private static final int IN_VIEW = 1000;

    private static final String NAME = "name";
    private static final String BYTES = "bytes";
    private static final String CHANGED = "changed";
    private static final String VECTOR = "vector";

    /** What Lucene would tell users about their Java; held, since java.util.logging forgets levels otherwise. */
    private static final List<Logger> LOUD = Stream.of(
                    "org.apache.lucene.internal.vectorization.VectorizationProvider",
                    "org.apache.lucene.store.MemorySegmentIndexInputProvider")
            .map(Logger::getLogger)
            .toList();

    static {
        LOUD.stream().filter(logger -> logger.getLevel() == null).forEach(logger -> logger.setLevel(Level.SEVERE));
    }

    private final Path place;
    private final IndexOrigin origin;
    private final Directory directory;
    private final SearcherManager searchers;

    private VectorIndex(Path place, IndexOrigin origin, Directory directory) throws IOException {
        this.place = place;
        this.origin = origin;
        this.directory = directory;
        if (!DirectoryReader.indexExists(directory)) {
            openWriter().close();
        }
        searchers = new SearcherManager(directory, null);
    }

    /**
     * Opens an index, or makes an empty one. All that it holds is read once, to see that it is sound.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if it is damaged, or of another origin
     */
    static VectorIndex open(Path place, IndexOrigin origin) {
        return IndexFailure.explained(place, () -> {
            Directory directory = FSDirectory.open(place);
            try {
                VectorIndex index = new VectorIndex(place, origin, directory);
                index.check();
                return index;
            } catch (IOException | RuntimeException | Error e) {
                directory.close();
                throw e;
            }
        });
    }

    private void check() throws IOException {
        try {
            searching(searcher -> {
                for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                    leaf.reader().checkIntegrity();
                }
                return null;
            });
        } catch (IOException | RuntimeException | Error e) {
            searchers.close();
            throw e;
        }
    }

    /** What is done with the state of the index that was saved last. */
    private interface Search<R> {
        R in(IndexSearcher searcher) throws IOException;
    }

    private <R> R searching(Search<R> search) throws IOException {
        searchers.maybeRefresh();
        IndexSearcher searcher = searchers.acquire();
        try {
            DirectoryReader reader = (DirectoryReader) searcher.getIndexReader();
            origin.require(reader.getIndexCommit().getUserData(), place);
            return search.in(searcher);
        } finally {
            searchers.release(searcher);
        }
    }

    /** How many vectors there are. */
    int size() {
        return IndexFailure.explained(
                place, () -> searching(searcher -> searcher.getIndexReader().numDocs()));
    }

    /** The files as they were when their vectors were made, by their names. */
    Map<String, PictureFile> files() {
        return IndexFailure.explained(
                place,
                () -> searching(searcher -> {
                    Map<String, PictureFile> files = new HashMap<>();
                    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                        collect(leaf.reader(), files);
                    }
                    return files;
                }));
    }

    private static void collect(LeafReader reader, Map<String, PictureFile> files) throws IOException {
        Bits live = reader.getLiveDocs();
        BinaryDocValues names = DocValues.getBinary(reader, NAME);
        NumericDocValues bytes = DocValues.getNumeric(reader, BYTES);
        NumericDocValues changed = DocValues.getNumeric(reader, CHANGED);
        for (int i = 0; i < reader.maxDoc(); i++) {
            boolean whole = names.advanceExact(i) && bytes.advanceExact(i) && changed.advanceExact(i);
            if (whole && (live == null || live.get(i))) {
                String name = names.binaryValue().utf8ToString();
                files.put(name, new PictureFile(name, bytes.longValue(), changed.longValue()));
            }
        }
    }

    /**
     * The files of the nearest vectors, nearest first.
     *
     * @param vector of length 1
     * @param most how many, at least 1
     */
    List<Near> nearest(float[] vector, int most) {
        return IndexFailure.explained(
                place,
                () -> searching(searcher -> {
                    int inView = Math.min(
                            Math.max(most, IN_VIEW),
                            Math.max(searcher.getIndexReader().numDocs(), 1));
                    List<Near> found = new ArrayList<>();
                    KnnFloatVectorQuery query = new KnnFloatVectorQuery(VECTOR, vector, inView);
                    for (ScoreDoc hit : searcher.search(query, Math.min(most, inView)).scoreDocs) {
                        found.add(new Near(
                                name(searcher, hit.doc), 2.0 * hit.score - 1)); // Lucene's score is (1 + cosine) / 2
                    }
                    return found;
                }));
    }

    private static String name(IndexSearcher searcher, int document) throws IOException {
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(document, leaves));
        BinaryDocValues names = DocValues.getBinary(leaf.reader(), NAME);
        if (!names.advanceExact(document - leaf.docBase)) {
            throw new IOException("A vector has no file.");
        }
        return names.binaryValue().utf8ToString();
    }

    /**
     * Begins to change the index; the caller closes it.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if it is being changed already
     */
    Writer writer() {
        return IndexFailure.explained(place, () -> new Writer(openWriter()));
    }

    private IndexWriter openWriter() throws IOException {
        IndexWriter writer = new IndexWriter(
                directory, new IndexWriterConfig(null).setCodec(WideVectors.codec())); // no text is analysed
        writer.setLiveCommitData(origin.toMap().entrySet());
        return writer;
    }

    /** Changes the index. What is saved outlives a kill; searches see no more than that. */
    final class Writer implements AutoCloseable {
        private final IndexWriter writer;

        private Writer(IndexWriter writer) {
            this.writer = writer;
        }

        /** Takes in a vector of length 1, in place of the file's former one. */
        void put(PictureFile file, float[] vector) {
            Document document = new Document();
            document.add(new StringField(NAME, file.name(), Field.Store.NO));
            document.add(new BinaryDocValuesField(NAME, new BytesRef(file.name())));
            document.add(new NumericDocValuesField(BYTES, file.bytes()));
            document.add(new NumericDocValuesField(CHANGED, file.changed()));
            document.add(new KnnFloatVectorField(VECTOR, vector, VectorSimilarityFunction.DOT_PRODUCT));
            IndexFailure.explained(place, () -> writer.updateDocument(new Term(NAME, file.name()), document));
        }

        void remove(Collection<String> names) {
            Term[] terms = names.stream().map(name -> new Term(NAME, name)).toArray(Term[]::new);
            IndexFailure.explained(place, () -> writer.deleteDocuments(terms));
        }

        void save() {
            IndexFailure.explained(place, () -> {
                writer.commit();
                return searchers.maybeRefresh();
            });
        }

        /** Saves; even on an interrupted thread, whose files Java would close while they are written. */
        @Override
        public void close() {
            boolean interrupted = Thread.interrupted();
            try {
                IndexFailure.explained(place, () -> {
                    writer.close();
                    return searchers.maybeRefresh();
                });
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    /** Ends as soon as the searches that go on have their results. */
    @Override
    public void close() {
        IndexFailure.explained(place, () -> {
            searchers.close();
            directory.close();
            return null;
        });
    }
}
