package io.vitrail.text.tokenizer;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The Hugging Face tokenizers library (0.21, by DJL), which never changes once it is made: any number of threads may
 * use it. It ends the process where it fails, so that it must not be given what it can't digest.
 */
final class NativeSegmenter implements Segmenter {
    private static final int BYTES_PER_ID = 8;
    private static final int BYTES_PER_SPAN = 128;

    static {
        if (System.getProperty("RUST_FLAVOR") == null) {
            System.setProperty("RUST_FLAVOR", "cpu"); // else DJL downloads another library on machines with CUDA
        }
    }

    private final Vocabulary vocabulary;
    private final String continuationPrefix;
    private final Path source;
    private final ReadWriteLock open = new ReentrantReadWriteLock();
    private long handle;

    private NativeSegmenter(long handle, Vocabulary vocabulary, String continuationPrefix, Path source) {
        this.handle = handle;
        this.vocabulary = vocabulary;
        this.continuationPrefix = continuationPrefix;
        this.source = source;
    }

    /**
     * Builds the library's tokenizer; the caller closes it.
     *
     * @param json of the tokenizer
     * @param added its added tokens
     * @param source the file that errors name
     */
    static NativeSegmenter of(TokenizerJson json, List<AddedToken> added, Path source) {
        TokenizersLibrary library = library();
        try {
            Vocabulary vocabulary = new Vocabulary(json.modelIds(), added);
            long handle = library.createTokenizerFromString(json.forNative(added, vocabulary));
            return new NativeSegmenter(handle, vocabulary, json.continuationPrefix(), source);
        } catch (RuntimeException e) {
            throw CheckpointException.of(
                    "This is no tokenizer that the library of tokenizers 0.21 can read: "
                            + String.valueOf(e.getMessage()).replaceAll("\\.$", "") + ".",
                    source,
                    "download the file again, or save it anew with transformers 4.57.",
                    e);
        }
    }

    private static TokenizersLibrary library() {
        try {
            LibUtils.checkStatus(); // loads it
            return TokenizersLibrary.LIB;
        } catch (LinkageError | EngineException e) {
            throw new IllegalStateException(
                    "The native library of tokenizers can't be loaded: " + e.getMessage()
                            + "\n  try:  one class loader for all that use it, or a platform that DJL has it for.",
                    e);
        }
    }

    @Override
    public Segment split(String text, boolean spans) {
        return encoded(text, encoding -> {
            long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
            return spans ? withSpans(ids, encoding) : new Segment(ids, List.of(), List.of());
        });
    }

    @Override
    public int[] words(String text) {
        return encoded(text, encoding -> LongStream.of(TokenizersLibrary.LIB.getWordIds(encoding))
                .mapToInt(word -> (int) word)
                .toArray());
    }

    @Override
    public String continuationPrefix() {
        return continuationPrefix;
    }

    /** What is read of a text's native encoding, which is then freed. */
    private <T> T encoded(String text, LongFunction<T> reading) {
        open.readLock().lock();
        try {
            requireOpen();
            int most = text.getBytes(StandardCharsets.UTF_8).length + 1;
            reserve((long) most * BYTES_PER_ID);
            long encoding = encode(text);
            try {
                return reading.apply(encoding);
            } finally {
                TokenizersLibrary.LIB.deleteEncoding(encoding);
            }
        } finally {
            open.readLock().unlock();
        }
    }

    private long encode(String text) {
        try {
            return TokenizersLibrary.LIB.encode(handle, text, false);
        } catch (RuntimeException e) {
            throw CheckpointException.of(
                    "The tokenizer can't split a text: " + e.getMessage() + ".",
                    source,
                    "complete its vocabulary, for example by the token for what is unknown.",
                    e);
        }
    }

    private static Segment withSpans(long[] ids, long encoding) {
        reserve((long) ids.length * BYTES_PER_SPAN);
        List<Span> spans = Stream.of(TokenizersLibrary.LIB.getTokenCharSpans(encoding))
                .map(NativeSegmenter::span)
                .toList();
        return new Segment(ids, spans, List.of(TokenizersLibrary.LIB.getTokens(encoding)));
    }

    private static Span span(CharSpan span) {
        return span == null ? Span.NOWHERE : new Span(span.getStart(), span.getEnd());
    }

    @Override
    public String join(long[] ids, boolean skipSpecialTokens) {
        open.readLock().lock();
        try {
            requireOpen();
            return TokenizersLibrary.LIB.decode(handle, ids, skipSpecialTokens);
        } finally {
            open.readLock().unlock();
        }
    }

    /** Lets Java say that memory is short, by an error; where native code finds out, it ends the process. */
    private static void reserve(long bytes) {
        int length = (int) Math.min(bytes, Integer.MAX_VALUE - 8);
        Check.state(new byte[length].length == length, "An array has another length than asked for.");
    }

    private void requireOpen() {
        Check.state(handle != 0, "The tokenizer is closed.");
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    public void close() {
        open.writeLock().lock();
        try {
            if (handle != 0) {
                TokenizersLibrary.LIB.deleteTokenizer(handle);
                handle = 0;
            }
        } finally {
            open.writeLock().unlock();
        }
    }
}
