package io.vitrail.text.tokenizer;

import io.vitrail.transformer.verify.GoldenCase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The recorded tokenizers among the test resources. */
final class TokenizerCases {
    private TokenizerCases() {}

    static Path folder(String name) {
        try {
            return Path.of(
                    TokenizerCases.class.getResource("/tokenizers/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<Path> all() {
        return GoldenCase.under(folder("."));
    }

    static Tokenizer load(String name) {
        return Tokenizer.load(folder(name));
    }

    /** A copy of a case's folder that a test may change. */
    static Path copy(String name, Path to) {
        try (var files = Files.list(folder(name))) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
            return to;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
