package io.vitrail.vit.verify;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Grid;
import io.vitrail.transformer.Interpolation;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.vit.image.Box;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageProcessor;
import io.vitrail.vit.image.PillowResize;
import io.vitrail.vit.image.PixelMode;
import io.vitrail.vit.image.Pixels;
import io.vitrail.vit.image.ProcessedImages;
import io.vitrail.vit.image.Resampling;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Replays what comes before a model: decoding, resizing, processing of pictures, and resizing of position tables. */
public final class ImageReplayer implements GoldenReplayer {
    private static final Set<String> FAMILIES =
            Set.of("interpolate", "pillow_resize", "image_processors", "decode_image");

    @Override
    public Set<String> families() {
        return FAMILIES;
    }

    @Override
    public boolean computesWithOperations(GoldenCall call) {
        return false;
    }

    @Override
    public Replayed replay(GoldenCall call, Map<String, GoldenTensor> inputs, Path path) {
        return switch (call.operation()) {
            case "interpolate" -> interpolate(call, inputs);
            case "pillow_resize" -> resize(call);
            case "decode_image" -> decode(call);
            case "image_processor" -> process(call);
            default ->
                throw new IllegalArgumentException("Operation '" + call.operation() + "' isn't known for pictures.");
        };
    }

    private static Replayed interpolate(GoldenCall call, Map<String, GoldenTensor> inputs) {
        call.onlyOptions(Set.of("size", "mode", "align_corners", "antialias"));
        boolean corners = call.options().path("align_corners").asBoolean(false);
        boolean antialias = call.options().path("antialias").asBoolean(false);
        Interpolation interpolation = interpolation(call.options().path("mode").asText(), corners, antialias);
        int rows = call.options().path("size").path(0).asInt();
        int columns = call.options().path("size").path(1).asInt();
        Check.that(
                inputs.containsKey("input") && inputs.get("input").shape().length == 4,
                "The call needs an input [batch, channels, rows, columns].");
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            NDArray input = inputs.get("input").toArray(manager); // [batch, channels, rows, columns]
            Shape s = input.getShape();
            Grid from = new Grid(Math.toIntExact(s.get(2)), Math.toIntExact(s.get(3)));
            NDArray places = input.transpose(2, 3, 0, 1).reshape(from.tokens(), s.get(0) * s.get(1));
            NDArray resized = interpolation.resize(places, from, new Grid(rows, columns), manager);
            NDArray output = resized.reshape(rows, columns, s.get(0), s.get(1)).transpose(2, 3, 0, 1);
            return Replayed.of(Map.of("output", GoldenTensor.of(output)));
        }
    }

    private static Replayed decode(GoldenCall call) {
        call.onlyOptions(Set.of());
        return Replayed.of(Map.of("pixels", tensor(Image.fromFile(only(call)).pixels())));
    }

    private static Replayed resize(GoldenCall call) {
        call.onlyOptions(Set.of("size", "resample", "box", "reducing_gap"));
        JsonNode options = call.options();
        int width = options.path("size").path(0).asInt();
        int height = options.path("size").path(1).asInt();
        PillowResize resize =
                PillowResize.to(width, height, filter(options.path("resample").asText()));
        if (options.path("box").isArray()) {
            resize = resize.withBox(box(options.path("box")));
        }
        if (options.path("reducing_gap").isNumber()) {
            resize = resize.withReducingGap(options.path("reducing_gap").asDouble());
        }
        PixelMode mode = PixelMode.of(call.json().path("mode").asText("RGB"));
        return Replayed.of(Map.of("pixels", tensor(resize.apply(Pixels.fromFile(only(call), mode)))));
    }

    private static Replayed process(GoldenCall call) {
        ImageProcessor processor = call.className()
                .map(name -> ImageProcessor.loadAs(name, call.checkpoint()))
                .orElseGet(() -> ImageProcessor.load(call.checkpoint()))
                .withOptions(call.options());
        Stream<Image> images = call.images().stream().map(Image::fromFile);
        try (NDManager manager = DjlEngine.newManager(Device.cpu());
                ProcessedImages processed = processor.process(images, manager)) {
            if (processor.canCutTiles()) {
                return Replayed.of(
                        NestedPictures.of(processed, List.of(call.images().size())));
            }
            Map<String, GoldenTensor> outputs = new LinkedHashMap<>();
            outputs.put("pixel_values", tensor(processed.pixelValues()));
            processed.pixelMask().ifPresent(mask -> outputs.put("pixel_mask", GoldenTensor.of(mask)));
            return Replayed.of(outputs);
        }
    }

    private static java.nio.file.Path only(GoldenCall call) {
        Check.that(
                call.images().size() == 1,
                "The call must name one picture, not %d.",
                call.images().size());
        return call.images().get(0);
    }

    private static Resampling filter(String name) {
        return Stream.of(Resampling.values())
                .filter(filter -> filter.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Resampling filter '" + name + "' isn't known; known: "
                        + Arrays.toString(Resampling.values()) + "."));
    }

    private static Box box(JsonNode corners) {
        return new Box(
                corners.path(0).asDouble(),
                corners.path(1).asDouble(),
                corners.path(2).asDouble(),
                corners.path(3).asDouble());
    }

    /** [height, width, channels], without the last axis if there is one channel, as numpy has it. */
    private static GoldenTensor tensor(Pixels pixels) {
        long[] shape = pixels.channels() == 1
                ? new long[] {pixels.height(), pixels.width()}
                : new long[] {pixels.height(), pixels.width(), pixels.channels()};
        return GoldenTensor.ofPixels(shape, pixels.samples());
    }

    static GoldenTensor tensor(NDArray pixels) {
        return pixels.getDataType() == DataType.UINT8
                ? GoldenTensor.ofPixels(pixels.getShape().getShape(), pixels.toByteArray())
                : GoldenTensor.of(pixels);
    }

    private static Interpolation interpolation(String mode, boolean corners, boolean antialias) {
        Check.that(!(corners && antialias), "align_corners together with antialias isn't supported.");
        return switch (mode) {
            case "nearest" -> Interpolation.NEAREST;
            case "bilinear" ->
                antialias
                        ? Interpolation.BILINEAR_ANTIALIAS
                        : corners ? Interpolation.BILINEAR_CORNERS : Interpolation.BILINEAR;
            case "bicubic" ->
                antialias
                        ? Interpolation.BICUBIC_ANTIALIAS
                        : corners ? Interpolation.BICUBIC_CORNERS : Interpolation.BICUBIC;
            default -> throw new IllegalArgumentException("Interpolation mode '" + mode + "' isn't supported.");
        };
    }

    @Override
    public void close() {
        // Nothing is kept from call to call.
    }
}
