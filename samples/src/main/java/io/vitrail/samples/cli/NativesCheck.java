package io.vitrail.samples.cli;

import ai.djl.Device;
import ai.djl.pytorch.jni.LibUtils;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;

/** The native libraries: where they come from, that they load, and what computes with them. */
final class NativesCheck {
    private static final String OVERRIDE = "PYTORCH_LIBRARY_PATH";
    /** What the jars of PyTorch's natives, and of DJL's bridge to them, hold. */
    private static final List<String> JARS = List.of("native/lib/pytorch.properties", "jnilib/pytorch.properties");

    private NativesCheck() {}

    /** What DJL would fetch if it were started now: nothing where the natives are on the class path. */
    static Finding downloads() {
        Optional<String> elsewhere = Stream.of(System.getenv(OVERRIDE), System.getProperty(OVERRIDE))
                .filter(path -> path != null)
                .findFirst();
        return downloads(elsewhere, JARS.stream().allMatch(NativesCheck::isOnClassPath));
    }

    private static boolean isOnClassPath(String resource) {
        return NativesCheck.class.getClassLoader().getResource(resource) != null;
    }

    static Finding downloads(Optional<String> elsewhere, boolean onClassPath) {
        if (elsewhere.isPresent() && !Files.isDirectory(Path.of(elsewhere.get()))) {
            return Finding.ill(
                    "downloads",
                    "none",
                    OVERRIDE + " names the folder '" + elsewhere.get() + "', which isn't there.",
                    "the folder with libtorch's libraries, or without " + OVERRIDE + ".");
        }
        if (elsewhere.isEmpty() && !onClassPath) {
            return Finding.ill(
                    "downloads",
                    "PyTorch's natives, unless DJL's cache has them",
                    "PyTorch's natives aren't on the class path, so DJL would download some.",
                    "the dependencies ai.djl.pytorch:pytorch-native-cpu, with the classifier of this system, and"
                            + " ai.djl.pytorch:pytorch-jni; or " + OVERRIDE + ".");
        }
        return Finding.well("downloads", "none; models only where a hub name is given");
    }

    static Finding pytorch() {
        String version = DjlEngine.get().getVersion();
        return Finding.well(
                "pytorch",
                version + " from " + LibUtils.getLibtorchPath() + ", " + DjlEngine.threads() + " threads, "
                        + DjlEngine.gpus() + " GPUs");
    }

    static Finding opencv() {
        String path = Loader.load(opencv_imgcodecs.class);
        return Finding.well("opencv", opencv_core.CV_VERSION + " from " + path);
    }

    static Finding kernels() {
        StringJoiner chosen = new StringJoiner("; ");
        boolean readable = false;
        for (Precision precision : Precision.values()) {
            Operations operations = Kernels.choose(Device.cpu(), precision);
            readable |= operations == ReadableOperations.INSTANCE;
            chosen.add(precision + ": "
                    + (operations == ReadableOperations.INSTANCE ? "readable operations" : operations));
        }
        return readable
                ? Finding.ill(
                        "kernels",
                        chosen.toString(),
                        "No kernels work with this libtorch; answers are right, but slow.",
                        "PyTorch 2.7.1, as ai.djl.pytorch:pytorch-native-cpu brings it.")
                : Finding.well("kernels", chosen.toString());
    }
}
