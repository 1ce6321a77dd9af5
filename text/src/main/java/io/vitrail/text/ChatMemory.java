package io.vitrail.text;

import io.vitrail.text.generation.CachedDecoding;
import io.vitrail.text.generation.Decoding;
import io.vitrail.text.generation.ForwardingDecoding;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Session;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * What a model has read of a chat: the next turn begins with most of it, so that only what is new goes through the
 * model. It keeps one text, the last, and frees it when another comes that begins otherwise. Thread-safe; it holds
 * native memory until it is closed.
 */
final class ChatMemory implements AutoCloseable {
    /** A text that was read; whoever has it uses it alone. */
    private record ReadText(CachedDecoding<TextDecoder> decoding, long[] ids) {
        /** Tokens that it has in common with a prompt; the prompt's last one has to be read for its scores. */
        private int common(long[] prompt) {
            int different = Arrays.mismatch(ids, prompt);
            return Math.min(different < 0 ? ids.length : different, prompt.length - 1);
        }
    }

    private final Session<TextDecoder> session;
    private Optional<ReadText> kept = Optional.empty();
    private boolean closed;

    ChatMemory(Session<TextDecoder> session) {
        this.session = session;
    }

    /**
     * A decoding that writes behind a prompt. What it has read is kept when it is closed, if it had one row all the
     * time, and none of its passes failed.
     */
    Decoding open(long[] prompt, Patience patience) {
        Optional<ReadText> known = taken();
        int common = known.map(text -> text.common(prompt)).orElse(0);
        if (known.isPresent() && 2 * common >= known.get().ids().length) {
            known.get().decoding().rewind(common, patience);
            return new Turn(known.get().decoding(), Arrays.copyOf(prompt, common));
        }
        known.ifPresent(text -> text.decoding().close());
        return new Turn(CachedDecoding.of(session, patience), new long[0]);
    }

    private synchronized Optional<ReadText> taken() {
        Optional<ReadText> text = kept;
        kept = Optional.empty();
        return text;
    }

    /** Keeps a text in place of the one before, unless nobody will ask for it. */
    private synchronized void keep(ReadText text) {
        taken().ifPresent(before -> before.decoding().close());
        if (closed) {
            text.decoding().close();
        } else {
            kept = Optional.of(text);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        taken().ifPresent(text -> text.decoding().close());
    }

    /** One turn of a chat. */
    private final class Turn extends ForwardingDecoding {
        private final CachedDecoding<TextDecoder> decoding;
        private long[] read; // what the decoding has of its row
        private boolean begun;
        private boolean whole = true; // there is one row, and read is all of it

        private Turn(CachedDecoding<TextDecoder> decoding, long[] read) {
            super(decoding);
            this.decoding = decoding;
            this.read = read;
        }

        @Override
        public float[][] next(long[][] tokens) {
            if (!whole) {
                return super.next(tokens);
            }
            long[] more = begun ? tokens[0] : Arrays.copyOfRange(tokens[0], read.length, tokens[0].length);
            begun = true;
            whole = false;
            float[][] scores = super.next(new long[][] {more});
            read = LongStream.concat(Arrays.stream(read), Arrays.stream(more)).toArray();
            whole = true;
            return scores;
        }

        @Override
        public void select(int[] parents) {
            whole &= parents.length == 1;
            super.select(parents);
        }

        @Override
        public void close() {
            if (whole && read.length > 0 && session.model().readsOnce()) {
                keep(new ReadText(decoding, read));
            } else {
                super.close();
            }
        }
    }
}
