package io.vitrail.fusion.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.training.FineTuningBuilder;
import io.vitrail.transformer.training.Span;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.training.TuningReport.End;
import io.vitrail.vit.HybridVit;
import io.vitrail.vit.training.SavedClassifier;
import io.vitrail.vit.training.TrainingOptions;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

/** A data folder of drawn pictures with captions, and a backbone with random weights that sees 16 pixels. */
final class TinyCaptions {
    private static final Map<String, Color> COLOURS =
            Map.of("red", Color.RED, "green", Color.GREEN, "blue", Color.BLUE, "white", Color.WHITE);

    private TinyCaptions() {}

    /** 24 photos of a coloured sheet to train on, 4 to choose by, 4 held out; and captions alone. */
    static Path data(Path folder) throws IOException {
        Path captions = Files.createDirectories(folder.resolve("captions"));
        StringBuilder lines = new StringBuilder();
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(captions.resolve("sheets.zip")))) {
            for (int i = 0; i < 32; i++) {
                String colour = List.of("red", "green", "blue", "white").get(i % 4);
                String split = i < 24 ? "train" : i < 28 ? "val" : "test";
                String file = "%02d.png".formatted(i);
                lines.append(
                        "{\"file\":\"%s\",\"split\":\"%s\",\"captions\":[\"A %s sheet.\",\"A sheet, which is %s\"]}%n"
                                .formatted(file, split, colour, colour));
                zip.putNextEntry(new ZipEntry(file));
                zip.write(picture(COLOURS.get(colour)));
            }
        }
        Files.writeString(captions.resolve("sheets.jsonl"), lines);
        String held = "30.png\ttest\t0\tThis must remain hidden\n30.png\ttest\t1\tThis must remain hidden\n";
        String loose = "x.png\ttrain\t0\tA red dog runs\ny.png\tnone\t0\tA blue cat runs\n".repeat(8);
        try (OutputStream out =
                new GZIPOutputStream(Files.newOutputStream(captions.resolve("more-captions-all.tsv.gz")))) {
            out.write((held.repeat(3) + loose).getBytes(StandardCharsets.UTF_8));
        }
        return folder;
    }

    private static byte[] picture(Color colour) throws IOException {
        BufferedImage image = new BufferedImage(24, 20, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = image.createGraphics();
        pen.setColor(colour);
        pen.fillRect(2, 3, 20, 15);
        pen.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    static Path backbone(Path folder) throws IOException {
        HybridVit network = new HybridVit(HybridVit.Config.embedded(16, 16, List.of("sheet", "no sheet")));
        DjlEngine.get().setRandomSeed(3);
        try (Model model = Model.newInstance("backbone", Device.cpu(), "PyTorch")) {
            network.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 3, 16, 16));
            SavedClassifier.save(
                    network,
                    TrainingOptions.defaults(List.of(new TrainingOptions.Stage(1, 16))),
                    new SavedClassifier.Result(
                            new TuningReport(End.FINISHED, 1, Duration.ZERO, 1, Optional.empty(), Map.of()), List.of()),
                    folder);
        }
        return folder;
    }

    /** A decoder of one small layer; two epochs of captions alone, then some of photos. */
    static CaptionTrainingOptions options(int photoEpochs) {
        return new CaptionTrainingOptions(
                new CaptionTrainingOptions.Epochs(2, photoEpochs),
                new CaptionTrainingOptions.Decoder(32, 1, 50, 10, 0.1f),
                new CaptionTrainingOptions.Pictures(3, 0, 2, 0.2),
                0.1);
    }

    static FineTuningBuilder tuning(CaptionTrainingOptions options) {
        return options.tuning()
                .batch(8)
                .rate(5e-3)
                .warmUp(new Span.Steps(5))
                .weightDecay(0.01)
                .labelSmoothing(0.05)
                .averageDecay(0.9);
    }
}
