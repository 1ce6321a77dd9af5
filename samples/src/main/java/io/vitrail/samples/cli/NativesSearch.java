package io.vitrail.samples.cli;

import ai.djl.util.Platform;
import ai.djl.util.Utils;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where DJL 0.35 finds PyTorch's natives without fetching them ({@code ai.djl.pytorch.jni.LibUtils}): libtorch, and DJL's
 * own library, the bridge to it.
 *
 * @param override what PYTORCH_LIBRARY_PATH says: folders of libtorch, or libtorch itself
 * @param classPath whether it has a resource
 * @param cache DJL's folder of PyTorch's natives
 * @param kept the name of the folder there that holds, or will hold, this system's
 */
record NativesSearch(Optional<String> override, Predicate<String> classPath, Path cache, Pattern kept) {
    static final String OVERRIDE = "PYTORCH_LIBRARY_PATH";
    static final String TORCH = System.mapLibraryName("torch");
    static final String BRIDGE = System.mapLibraryName("djl_torch");

    static NativesSearch ofThisProcess() {
        Platform platform = Platform.detectPlatform("pytorch");
        String flavor = platform.getFlavor().startsWith("cu") ? "cu\\d+" : "cpu";
        return new NativesSearch(
                Optional.ofNullable(Utils.getEnvOrSystemProperty(OVERRIDE)).filter(paths -> !paths.isBlank()),
                resource -> NativesSearch.class.getClassLoader().getResource(resource) != null,
                Utils.getEngineCacheDir("pytorch"),
                Pattern.compile(Pattern.quote(platform.getVersion()) + "-" + flavor + "(-precxx11)?-"
                        + Pattern.quote(platform.getClassifier())));
    }

    /** The folder of the libtorch that the setting leads to. */
    Optional<Path> overriding() {
        return override.stream()
                .flatMap(paths -> Arrays.stream(paths.split(File.pathSeparator)))
                .filter(path -> !path.isEmpty())
                .map(path -> Path.of(path).toAbsolutePath())
                .map(path -> path.endsWith(TORCH) ? path : path.resolve(TORCH))
                .filter(Files::isRegularFile)
                .map(Path::getParent)
                .findFirst();
    }

    /** Whether libtorch is here. */
    boolean hasTorch() {
        return overriding().isPresent()
                || classPath.test("native/lib/pytorch.properties")
                || inCache().anyMatch(folder -> Files.exists(folder.resolve(TORCH)));
    }

    /** Whether the bridge is here; beside libtorch its name may begin with DJL's version. */
    boolean hasBridge() {
        return classPath.test("jnilib/pytorch.properties")
                || Stream.concat(overriding().stream(), inCache())
                        .flatMap(NativesSearch::files)
                        .anyMatch(file -> file.getName().endsWith(BRIDGE));
    }

    private Stream<Path> inCache() {
        return files(cache)
                .filter(folder -> kept.matcher(folder.getName()).matches())
                .map(File::toPath);
    }

    private static Stream<File> files(Path folder) {
        return Stream.ofNullable(folder.toFile().listFiles()).flatMap(Arrays::stream);
    }
}
