package io.vitrail.samples.cli;

import ai.djl.util.Utils;
import io.vitrail.transformer.hub.HubSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
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
        return cache("hub cache", folder, "models, shared with Python; set by HF_HUB_CACHE or HF_HOME");
    }

    static Finding djl() {
        return cache(
                "DJL cache",
                Utils.getEngineCacheDir("pytorch"),
                UNPACKED + "; set by DJL_CACHE_DIR or ENGINE_CACHE_DIR");
    }

    static Finding javacpp() {
        String setting = "-Dorg.bytedeco.javacpp.cachedir";
        try {
            return cache("JavaCPP cache", Loader.getCacheDir().toPath(), UNPACKED + "; set by " + setting);
        } catch (IOException e) {
            return Finding.ill("JavaCPP cache", "none", "None can be made: " + e + ".", setting + "=FOLDER");
        }
    }

    static Finding temporary() {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        String purpose = "the embedded model while it loads; set by -Djava.io.tmpdir";
        return examined("temporary", folder, purpose, () -> writable("temporary", folder, folder.toString(), purpose));
    }

    /** The archive of classes that makes starts quick. */
    static Finding archive() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith(ARCHIVE))
                .map(argument -> Path.of(argument.substring(ARCHIVE.length())))
                .findFirst()
                .map(CacheCheck::archive)
                .orElse(Finding.well("class archive", "none in use; ./vitrail makes and uses one"));
    }

    private static Finding archive(Path file) {
        String purpose = "made by ./vitrail for quick starts";
        return examined(
                "class archive",
                file,
                purpose,
                () -> Finding.well("class archive", file + ", " + Amounts.bytes(size(file)) + "; " + purpose));
    }

    /** A folder that may be read-only once it is filled. */
    static Finding cache(String check, Path folder, String purpose) {
        return examined(check, folder, purpose, () -> {
            if (!Files.exists(folder)) {
                return writable(check, folder, folder + ", not there yet", purpose);
            }
            long bytes = size(folder);
            String told = folder + ", " + Amounts.bytes(bytes);
            return bytes > 0 && !Files.isWritable(folder)
                    ? Finding.well(check, told + ", read-only (" + purpose + ")")
                    : writable(check, folder, told, purpose);
        });
    }

    /** A folder that must be written to. */
    private static Finding writable(String check, Path folder, String told, String purpose) throws IOException {
        Path there = folder.toAbsolutePath();
        while (!Files.exists(there)) {
            there = there.getParent();
        }
        long free = Files.getFileStore(there).getUsableSpace();
        String found = told + ", " + Amounts.bytes(free) + " free (" + purpose + ")";
        if (!Files.isDirectory(there) || !Files.isWritable(there)) {
            return Finding.ill(
                    check, found, "Nothing can be written to " + there + ".", "another folder, or its permissions.");
        }
        if (free < LEAST_FREE) {
            return Finding.ill(check, found, "There is hardly room left.", "make room, or another folder.");
        }
        return Finding.well(check, found);
    }

    /** A look at a file system, which may fail. */
    @FunctionalInterface
    interface Examination {
        Finding finding() throws IOException;
    }

    /** What is found at a path; that it can't be looked at, otherwise. */
    static Finding examined(String check, Path path, String purpose, Examination examination) {
        try {
            return examination.finding();
        } catch (IOException e) {
            return Finding.ill(
                    check,
                    path + " (" + purpose + ")",
                    "It can't be examined: " + e + ".",
                    "another folder, or its permissions.");
        }
    }

    /** Bytes of the files below a folder, or a link to one. Links below aren't followed; what can't be read counts nothing. */
    static long size(Path folder) throws IOException {
        AtomicLong bytes = new AtomicLong();
        Files.walkFileTree(folder.toRealPath(), new SimpleFileVisitor<>() {
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
        return bytes.get();
    }
}
