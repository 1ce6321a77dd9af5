package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What is told of a failure. */
class FailureMessageTest {
    @Test
    void ourExceptionsSpeakForThemselvesOnOneLine() {
        assertThat(FailureMessage.of(new IllegalArgumentException("Wrong size.")))
                .isEqualTo("Wrong size.");
        assertThat(FailureMessage.of(new CheckpointException("No weights.\n  file: a\n  try:  b.")))
                .isEqualTo("No weights. file: a try:  b.");
    }

    @Test
    void othersNameTheirKindAndCause() {
        assertThat(FailureMessage.of(new IllegalStateException("broken"))).isEqualTo("IllegalStateException: broken");
        assertThat(FailureMessage.of(new IllegalStateException((String) null))).isEqualTo("IllegalStateException");
        assertThat(FailureMessage.of(new IllegalArgumentException())).isEqualTo("IllegalArgumentException");
        assertThat(FailureMessage.of(new IllegalStateException("broken\nat frame #0", new IOException("disk full"))))
                .isEqualTo("IllegalStateException: broken (IOException: disk full)");
    }

    @Test
    void whatOnlyWrapsIsPassedOver() {
        assertThat(FailureMessage.of(new RuntimeException(" ", new IllegalArgumentException("Wrong size."))))
                .isEqualTo("Wrong size.");
        assertThat(FailureMessage.of(new UncheckedIOException(new IOException("disk full"))))
                .isEqualTo("IOException: disk full");
    }

    @Test
    void whatFilesLackIsToldInWords() {
        IOException missing = new NoSuchFileException("a/b.png");
        assertThat(FailureMessage.of(new UncheckedIOException("b.png can't be written: " + missing, missing)))
                .isEqualTo("b.png can't be written: there is no such file or folder: a/b.png");
        assertThat(FailureMessage.of(
                        new IllegalArgumentException("Not made (" + new FileAlreadyExistsException("b") + ").")))
                .isEqualTo("Not made (a file has that name: b).");
        assertThat(FailureMessage.of(
                        new IllegalArgumentException(new FileSystemException("b", null, "No space left").toString())))
                .isEqualTo("b: No space left");
    }

    @Test
    void tooLittleMemoryHasARemedy() {
        assertThat(FailureMessage.of(new OutOfMemoryError("Java heap space")))
                .isEqualTo("There is not enough memory (OutOfMemoryError: Java heap space)."
                        + " try:  smaller pictures, or a larger heap: VITRAIL_JAVA_OPTIONS=-Xmx4g");
        String libtorch = "DefaultCPUAllocator: can't allocate memory: you tried to allocate 602112000 bytes.";
        assertThat(FailureMessage.of(new IllegalStateException(libtorch)))
                .isEqualTo("There is not enough memory (IllegalStateException: " + libtorch
                        + "). try:  a smaller batch, or a smaller model.");
    }

    @Test
    void anErrorCountsHoweverDeepItLies() {
        assertThat(FailureMessage.of(new CompletionException(new StackOverflowError())))
                .isEqualTo("The stack is too small (StackOverflowError). try:  a larger one:"
                        + " VITRAIL_JAVA_OPTIONS=-Xss16m");
        Throwable loading = new UnsatisfiedLinkError("no jnitorch in java.library.path");
        assertThat(FailureMessage.of(new RuntimeException("Failed to load.", loading)))
                .startsWith(
                        "A library can't be loaded (UnsatisfiedLinkError: no jnitorch in java.library.path). try: ");
        assertThat(FailureMessage.of(new AssertionError("2 is 3")))
                .isEqualTo("AssertionError: 2 is 3. try:  again with VITRAIL_TRACE=1, and report what that shows: this"
                        + " shouldn't happen.");
    }
}
