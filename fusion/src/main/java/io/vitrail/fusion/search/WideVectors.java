package io.vitrail.fusion.search;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene912.Lucene912Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * Lucene's own format of vectors and their graph, for vectors wider than 1024. Lucene knows it again by its name: to be
 * read it needs nothing of ours.
 */
final class WideVectors extends KnnVectorsFormat {
    /** More than any model's. */
    private static final int MAXIMAL_WIDTH = 1 << 15;

    private final KnnVectorsFormat lucene;

    private WideVectors(KnnVectorsFormat lucene) {
        super(lucene.getName());
        this.lucene = lucene;
    }

    /** Lucene's codec with this format. */
    static Lucene912Codec codec() {
        KnnVectorsFormat wide = new WideVectors(new Lucene99HnswVectorsFormat());
        return new Lucene912Codec() {
            @Override
            public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return wide;
            }
        };
    }

    @Override
    public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
        return lucene.fieldsWriter(state);
    }

    @Override
    public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
        return lucene.fieldsReader(state);
    }

    @Override
    public int getMaxDimensions(String field) {
        return MAXIMAL_WIDTH;
    }
}
