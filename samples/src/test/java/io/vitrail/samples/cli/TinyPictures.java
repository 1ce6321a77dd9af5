package io.vitrail.samples.cli;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

/** The data folder of {@code train}, with a few drawn pictures: thumbnails, photos of one class, captioned photos. */
final class TinyPictures {
    private static final List<String> CLASSES =
            List.of("airplane", "automobile", "bird", "cat", "dog", "horse", "ship");
    private static final List<String> NAMES = List.of("aeroplane", "car", "bird", "cat", "dog", "horse", "boat");

    private TinyPictures() {}

    static Path data(Path folder) throws IOException {
        Path cifar = Files.createDirectories(folder.resolve("cifar10"));
        Files.writeString(cifar.resolve("classes.json"), "{\"classes\": [\"" + String.join("\", \"", CLASSES) + "\"]}");
        records(cifar.resolve("train.rec.gz"), 14);
        records(cifar.resolve("test-dev.rec.gz"), 7);
        Path imagenette = Files.createDirectories(folder.resolve("imagenette"));
        Files.writeString(
                imagenette.resolve("classes.json"), "[{\"label\": 0, \"wnid\": \"n01440764\", \"name\": \"tench\"}]");
        for (String shard : List.of("train-0", "train-1", "train-2", "train-3", "val-dev")) {
            try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(imagenette.resolve(shard + ".zip")))) {
                add(zip, "split/n01440764/" + shard + ".jpg", 7, 120);
            }
        }
        Path captions = Files.createDirectories(folder.resolve("captions"));
        for (String set : List.of("pascal1k", "coco-part", "flickr8k-part")) {
            photos(captions, set);
        }
        return folder;
    }

    private static void records(Path file, int count) throws IOException {
        try (DataOutputStream out = new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
            for (int i = 0; i < count; i++) {
                byte[] jpeg = picture(i % CLASSES.size(), 32);
                out.writeByte(i % CLASSES.size());
                out.writeShort(jpeg.length);
                out.write(jpeg);
            }
        }
    }

    /** Of each class one to learn from and one to measure by; of something else one to learn from and one held out. */
    private static void photos(Path folder, String set) throws IOException {
        StringBuilder lines = new StringBuilder();
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(folder.resolve(set + ".zip")))) {
            for (int i = 0; i < 2 * NAMES.size() + 2; i++) {
                boolean other = i >= 2 * NAMES.size();
                String name = other ? "sofa" : NAMES.get(i / 2);
                String split = i % 2 == 0 ? "train" : other ? "test" : "val";
                lines.append(
                        """
                        {"file": "%s-%d.jpg", "split": "%s", "category": "%s", "captions": [%s]}
                        """
                                .formatted(set, i, split, name, captions(name)));
                add(zip, "%s-%d.jpg".formatted(set, i), other ? 8 : i / 2, 60);
            }
        }
        Files.writeString(folder.resolve(set + ".jsonl"), lines);
    }

    private static String captions(String name) {
        return "\"A %s stands there.\", \"One %s on the grass.\", \"The %s is big.\", \"There is a %s.\""
                .replace("%s", name);
    }

    private static void add(ZipOutputStream zip, String name, int colour, int side) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(picture(colour, side));
    }

    /** A sheet of the colour of its class. */
    static byte[] picture(int colour, int side) throws IOException {
        BufferedImage image = new BufferedImage(side + side / 4, side, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = image.createGraphics();
        pen.setColor(Color.getHSBColor(colour / 9f, 0.9f, 0.8f));
        pen.fillRect(side / 8, side / 8, side, 3 * side / 4);
        pen.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "jpg", bytes);
        return bytes.toByteArray();
    }
}
