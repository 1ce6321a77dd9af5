package io.vitrail.vit.training;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.training.EvaluationSet.Framing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The pictures of the embedded classifier: 20 everyday classes, 10 from CIFAR-10 (thumbnails of 32 pixels), then 10
 * from Imagenette (photos), and photos from Pascal Sentences whose category is one of them. Reads the folders {@code
 * cifar10}, {@code imagenette} and {@code captions} of one data folder.
 */
public final class EverydayPictures {
    private static final int LARGEST_SHORT_SIDE = 112;
    private static final int FULL_SIZE = 4096;
    private static final int FEW_PIXELS = 32;
    private static final int SHARDS = 4;

    /** Pascal's names of the categories to ours. */
    private static final Map<String, String> PASCAL = Map.of(
            "aeroplane", "airplane",
            "bird", "bird",
            "boat", "ship",
            "car", "automobile",
            "cat", "cat",
            "dog", "dog",
            "horse", "horse");

    /** Pascal's categories that none of our classes covers. */
    private static final List<String> OTHERS = List.of(
            "bicycle",
            "bottle",
            "bus",
            "chair",
            "cow",
            "diningtable",
            "motorbike",
            "person",
            "pottedplant",
            "sheep",
            "sofa",
            "train",
            "tvmonitor");

    private final Path data;
    private final List<String> labels = new ArrayList<>();
    private final Map<String, Integer> ofPascal = new HashMap<>();
    private final Map<String, Integer> ofImagenette = new HashMap<>();

    /**
     * How often an epoch shows the pictures of each source.
     *
     * @param cifar 50,000 thumbnails
     * @param imagenette 9,469 photos
     * @param pascal 224 photos
     * @param others 416 photos of other things
     */
    public record Repeats(double cifar, double imagenette, double pascal, double others) {
        /** The few scenes often: they alone show thumbnails' classes in photos, so that sharpness doesn't give a class away. */
        public static final Repeats BALANCED = new Repeats(1, 2.5, 40, 8);
    }

    /** Reads only the names of the classes. */
    public EverydayPictures(Path data) {
        this.data = data;
        JsonFile.read(file("cifar10/classes.json")).path("classes").forEach(this::addLabel);
        for (JsonNode row : JsonFile.readList(file("imagenette/classes.json"))) {
            ofImagenette.put(row.path("wnid").asText(), labels.size());
            addLabel(row.path("name"));
        }
        PASCAL.forEach((theirs, ours) -> {
            Check.that(labels.contains(ours), "%s: no class is named %s", data, ours);
            ofPascal.put(theirs, labels.indexOf(ours));
        });
    }

    /** The names of the classes, by number. */
    public List<String> labels() {
        return List.copyOf(labels);
    }

    /**
     * The training pictures; takes about 20 seconds and 700 MB. Photos of other things teach that a scene is no
     * evidence for any class, as pictures of their own and as backdrops.
     */
    public List<TrainingSet> training(Repeats repeats) {
        PictureReader reader = new PictureReader(LARGEST_SHORT_SIDE);
        List<TrainingSet> sets = new ArrayList<>();
        Map<String, Integer> noClass = new HashMap<>();
        OTHERS.forEach(category -> noClass.put(category, PictureSet.NO_CLASS));
        PictureSet others = reader.zippedPhotos(data.resolve("captions/pascal1k.zip"), noClass, Set.of("train"));
        sets.add(new TrainingSet(others.named("others"), repeats.others, Augmentation.ofScenes()));
        PictureSet cifar = reader.records(data.resolve("cifar10/train.rec.gz"), 0);
        sets.add(new TrainingSet(cifar, repeats.cifar, Augmentation.ofThumbnails(), others.pictures()));
        for (int shard = 0; shard < SHARDS; shard++) {
            PictureSet photos = reader.zippedFolders(data.resolve("imagenette/train-" + shard + ".zip"), ofImagenette);
            sets.add(new TrainingSet(photos, repeats.imagenette, Augmentation.ofPhotos(), others.pictures()));
        }
        PictureSet scenes = reader.zippedPhotos(data.resolve("captions/pascal1k.zip"), ofPascal, Set.of("train"));
        sets.add(new TrainingSet(scenes, repeats.pascal, Augmentation.ofScenes()));
        return sets;
    }

    /**
     * Four sets, each measured over all classes: CIFAR-10's thumbnails, Imagenette's photos, the same after shrinking
     * to 32 pixels, and Pascal's photos.
     */
    public List<EvaluationSet> evaluation(int side, Framing framing) {
        PictureReader reader = new PictureReader(FULL_SIZE);
        PictureSet cifar =
                reader.records(data.resolve("cifar10/test-dev.rec.gz"), 0).named("cifar10");
        PictureSet photos = reader.zippedFolders(data.resolve("imagenette/val-dev.zip"), ofImagenette)
                .named("imagenette");
        PictureSet scenes = reader.zippedPhotos(data.resolve("captions/pascal1k.zip"), ofPascal, Set.of("val", "test"))
                .named("pascal1k");
        return List.of(
                EvaluationSet.of(cifar, side, framing),
                EvaluationSet.of(photos, side, framing),
                EvaluationSet.shrunk(photos, FEW_PIXELS, side, framing),
                EvaluationSet.of(scenes, side, framing));
    }

    private void addLabel(JsonNode name) {
        Check.that(!name.asText().isEmpty(), "%s: a class has no name", data);
        labels.add(name.asText());
    }

    private Path file(String name) {
        Path file = data.resolve(name);
        if (!Files.exists(file)) {
            throw CheckpointException.of(
                    "The names of the classes are missing.",
                    file,
                    "give the folder that holds cifar10, imagenette and captions.");
        }
        return file;
    }
}
