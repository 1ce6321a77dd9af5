package io.vitrail.samples.cli;

import ai.djl.Device;
import ai.djl.pytorch.jni.LibUtils;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import java.util.StringJoiner;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;

/** The native libraries: where they come from, that they load, and what computes with them. */
final class NativesCheck {
    private NativesCheck() {}

    /** What DJL would fetch if it were started now. */
    static Finding downloads() {
        return downloads(NativesSearch.ofThisProcess());
    }

    static Finding downloads(NativesSearch natives) {
        String override = natives.override().orElse("");
        if (!override.isEmpty() && natives.overriding().isEmpty()) {
            return Finding.ill(
                    "downloads",
                    "none",
                    NativesSearch.OVERRIDE + " leads to no " + NativesSearch.TORCH + ": '" + override + "'.",
                    "the folder that holds it, or without " + NativesSearch.OVERRIDE + ".");
        }
        if (!natives.hasTorch()) {
            return Finding.ill(
                    "downloads",
                    "PyTorch's natives",
                    "They are neither on the class path nor in DJL's cache, so DJL would download some.",
                    "the dependency ai.djl.pytorch:pytorch-native-cpu, with the classifier of this system; or "
                            + NativesSearch.OVERRIDE + ".");
        }
        if (!natives.hasBridge()) {
            return Finding.ill(
                    "downloads",
                    NativesSearch.BRIDGE + ", DJL's way to PyTorch",
                    "It is neither on the class path nor in DJL's cache, so DJL would download it.",
                    "the dependency ai.djl.pytorch:pytorch-jni.");
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
