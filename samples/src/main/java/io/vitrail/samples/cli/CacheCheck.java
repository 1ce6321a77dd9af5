package io.vitrail.samples.cli;

import ai.djl.util.Utils;
import io.vitrail.transformer.hub.HubSettings;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.Loader;

/** Folders that files are kept in: how large they are, what leads there, and whether they can be used. */
final class CacheCheck {
    private static final String ARCHIVE = "-XX:SharedArchiveFile=";
    private static final String UNPACKED = "natives, unpacked";
    private static final long LEAST_FREE = 100_000_000;

    private CacheCheck() {}

    static Finding hub() {
        Path folder = HubSettings.fromEnvironment().cache();
        return folder("hub cache", folder, "models, shared with Python; set by HF_HUB_CACHE or HF_HOME");
    }

    static Finding djl() {
        return folder(
                "DJL cache",
                Utils.getEngineCacheDir("pytorch"),
                UNPACKED + "; set by DJL_CACHE_DIR or ENGINE_CACHE_DIR");
    }

    static Finding javacpp() {
        try {
            File folder = Loader.getCacheDir();
            return folder("JavaCPP cache", folder.toPath(), UNPACKED + "; set by -Dorg.bytedeco.javacpp.cachedir");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Finding temporary() {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        return folder("temporary", folder, "the embedded model while it loads; set by -Djava.io.tmpdir", false);
    }

    /** The archive of classes that makes starts quick. */
    static Finding archive() {
        Optional<Path> archive = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith(ARCHIVE))
                .map(argument -> Path.of(argument.substring(ARCHIVE.length())))
                .findFirst();
        return Finding.well(
                "class archive",
                archive.map(file -> file + ", " + Amounts.bytes(size(file)) + "; made by ./vitrail for quick starts")
                        .orElse("none in use; ./vitrail makes and uses one"));
    }

    static Finding folder(String check, Path folder, String purpose) {
        return folder(check, folder, purpose, true);
    }

    /** @param counted whether its size is told: not of folders that are shared with others */
    private static Finding folder(String check, Path folder, String purpose, boolean counted) {
        Path there = folder.toAbsolutePath();
        while (!Files.exists(there)) {
            there = there.getParent();
        }
        boolean exists = Files.exists(folder);
        String size = counted ? (exists ? ", " + Amounts.bytes(size(folder)) : ", not there yet") : "";
        String found = folder + size + ", " + Amounts.bytes(free(there)) + " free (" + purpose + ")";
        if (!Files.isDirectory(there) || !Files.isWritable(there)) {
            return Finding.ill(
                    check, found, "Nothing can be written to " + there + ".", "another folder, or its permissions.");
        }
        if (free(there) < LEAST_FREE) {
            return Finding.ill(check, found, "There is hardly room left.", "make room, or another folder.");
        }
        return Finding.well(check, found);
    }

    private static long free(Path there) {
        try {
            return Files.getFileStore(there).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Bytes of the files below a folder, links not followed; what can't be read counts nothing. */
    static long size(Path folder) {
        AtomicLong bytes = new AtomicLong();
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    bytes.addAndGet(attributes.isRegularFile() ? attributes.size() : 0);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.get();
    }
}
