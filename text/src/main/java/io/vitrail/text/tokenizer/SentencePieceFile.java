package io.vitrail.text.tokenizer;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A model of SentencePiece (Kudo and Richardson 2018), as far as tokenizing needs it: sentencepiece_model.proto.
 * Immutable.
 *
 * @param pieces by id
 * @param modelType 1 for Unigram, 2 for BPE
 * @param byteFallback whether unknown characters become pieces of bytes
 * @param unknownId id of the piece for what no piece covers
 * @param unknownText what that piece is decoded to
 * @param charsMap its compiled normalisation, if there is one
 * @param charsMapBytes the same as the file has it; empty if there is none
 * @param dummyPrefix whether a space is put in front of texts
 * @param removeExtraSpaces whether spaces at both ends go, and others become one
 * @param escapeSpaces whether spaces become ▁
 */
record SentencePieceFile(
        List<Piece> pieces,
        int modelType,
        boolean byteFallback,
        int unknownId,
        String unknownText,
        Optional<CharsMap> charsMap,
        byte[] charsMapBytes,
        boolean dummyPrefix,
        boolean removeExtraSpaces,
        boolean escapeSpaces) {
    static final int UNIGRAM = 1;
    static final int BPE = 2;
    private static final int MOST_PIECES = 2_000_000;

    /** What a piece stands for, in the numbering of the file from 1. */
    enum Kind {
        NORMAL,
        UNKNOWN,
        CONTROL,
        USER_DEFINED,
        UNUSED,
        BYTE
    }

    /** A token and its score, the logarithm of its probability for Unigram. */
    record Piece(String text, float score, Kind kind) {}

    /**
     * Reads a model.
     *
     * @throws CheckpointException if it is missing, larger than 64 MB or damaged
     */
    static SentencePieceFile read(Path file) {
        byte[] bytes = TokenizerFile.bytes(file);
        try {
            return new Reader().read(new ProtobufReader(bytes));
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(
                    "This is no SentencePiece model: " + e.getMessage(), file, "download the file again.", e);
        }
    }

    SentencePieceFile withoutDummyPrefix() {
        return new SentencePieceFile(
                pieces,
                modelType,
                byteFallback,
                unknownId,
                unknownText,
                charsMap,
                charsMapBytes,
                false,
                removeExtraSpaces,
                escapeSpaces);
    }

    /** Collects the fields, beginning with their defaults. */
    private static final class Reader {
        private final List<Piece> pieces = new ArrayList<>();
        private int modelType = UNIGRAM;
        private boolean byteFallback;
        private int unknownId;
        private String unknownText = " ⁇ ";
        private byte[] charsMap = {};
        private boolean dummyPrefix = true;
        private boolean removeExtraSpaces = true;
        private boolean escapeSpaces = true;

        SentencePieceFile read(ProtobufReader in) {
            for (int field = in.nextField(); field != 0; field = in.nextField()) {
                switch (field) {
                    case 1 -> pieces.add(piece(in.message()));
                    case 2 -> trainer(in.message());
                    case 3 -> normalizer(in.message());
                    default -> in.skip();
                }
                Check.that(pieces.size() <= MOST_PIECES, "it has more than %d pieces.", MOST_PIECES);
            }
            Check.that(!pieces.isEmpty(), "it has no pieces.");
            int unknown = pieces.indexOf(pieces.stream()
                    .filter(piece -> piece.kind() == Kind.UNKNOWN)
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("it has no piece for what is unknown.")));
            Check.that(unknownId >= 0 && unknownId < pieces.size(), "its unk_id is %d.", unknownId);
            return new SentencePieceFile(
                    List.copyOf(pieces),
                    modelType,
                    byteFallback,
                    unknown,
                    unknownText,
                    charsMap.length == 0 ? Optional.empty() : Optional.of(CharsMap.read(charsMap)),
                    charsMap,
                    dummyPrefix,
                    removeExtraSpaces,
                    escapeSpaces);
        }

        private static Piece piece(ProtobufReader in) {
            String text = "";
            float score = 0;
            int kind = 1;
            for (int field = in.nextField(); field != 0; field = in.nextField()) {
                switch (field) {
                    case 1 -> text = in.text();
                    case 2 -> score = in.number();
                    case 3 -> kind = in.integer();
                    default -> in.skip();
                }
            }
            Check.that(kind >= 1 && kind <= Kind.values().length, "a piece is of the kind %d.", kind);
            Check.that(!Float.isNaN(score), "the score of '%s' is no number.", text);
            return new Piece(text, score, Kind.values()[kind - 1]);
        }

        private void trainer(ProtobufReader in) {
            for (int field = in.nextField(); field != 0; field = in.nextField()) {
                switch (field) {
                    case 3 -> modelType = in.integer();
                    case 35 -> byteFallback = in.flag();
                    case 40 -> unknownId = in.integer();
                    case 44 -> unknownText = in.text();
                    default -> in.skip();
                }
            }
        }

        private void normalizer(ProtobufReader in) {
            for (int field = in.nextField(); field != 0; field = in.nextField()) {
                switch (field) {
                    case 2 -> charsMap = in.block();
                    case 3 -> dummyPrefix = in.flag();
                    case 4 -> removeExtraSpaces = in.flag();
                    case 5 -> escapeSpaces = in.flag();
                    default -> in.skip();
                }
            }
        }
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(charsMapBytes) + 31 * pieces.hashCode();
    }
}
