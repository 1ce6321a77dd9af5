package io.vitrail.samples.cli;

import io.vitrail.vit.image.ImageLimits;
import io.vitrail.vit.image.ImageReader;
import io.vitrail.vit.image.WideGrey;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of every command that reads pictures. */
final class ReadingOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--background",
            paramLabel = "RRGGBB",
            description = "Lay transparent pixels over this colour, such as FFFFFF; else transparency is dropped.")
    private Optional<String> background;

    @Option(
            names = "--scale-grey",
            description = "Take the upper 8 bits of grey samples of 16; else what is above 255 is white, as in Pillow.")
    private boolean scaleGrey;

    @Option(
            names = "--fast-jpeg",
            paramLabel = "SIDE",
            description =
                    "Decode JPEGs at a half, a quarter or an eighth of their size where the shorter side keeps SIDE"
                            + " pixels: quicker, with slightly other answers. SIDE: twice what the model takes, or more.")
    private Optional<Integer> fastJpeg;

    @Option(
            names = "--max-pixels",
            paramLabel = "N",
            defaultValue = "178956970",
            description = "Refuse larger pictures before memory is taken for them (default ${DEFAULT-VALUE}).")
    private long maxPixels;

    ImageReader reader() {
        int jpegSide = fastJpeg.orElse(Integer.MAX_VALUE);
        WrongCommandLine.unless(jpegSide >= 1, spec, "--fast-jpeg must be at least 1, not %d", jpegSide);
        WrongCommandLine.unless(maxPixels >= 1, spec, "--max-pixels must be at least 1, not %d", maxPixels);
        ImageReader reader = ImageReader.DEFAULT
                .withLimits(new ImageLimits(ImageLimits.DEFAULT.bytes(), maxPixels))
                .withWideGrey(scaleGrey ? WideGrey.SCALED : WideGrey.CLIPPED)
                .withJpegSide(jpegSide);
        return background.map(colour -> reader.withBackground(colour(colour))).orElse(reader);
    }

    private int colour(String text) {
        WrongCommandLine.unless(
                text.matches("#?[0-9A-Fa-f]{6}"), spec, "--background must be like FFFFFF (white), not %s", text);
        return Integer.parseInt(text.replace("#", ""), 16);
    }
}
