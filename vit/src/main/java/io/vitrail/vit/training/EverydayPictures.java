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
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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

    /** The words of captions that name a class; those without one of their own share a number that no class has. */
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("airplane airplanes plane planes aeroplane aeroplanes jet jets aircraft biplane", "airplane"),
            Map.entry("car cars automobile automobiles sedan suv taxi taxis cab convertible", "automobile"),
            Map.entry("bird birds seagull seagulls duck ducks goose geese parrot parrots pigeon pigeons owl", "bird"),
            Map.entry("eagle hawk swan swans chicken chickens penguin penguins ostrich heron pelican", "bird"),
            Map.entry("cat cats kitten kittens", "cat"),
            Map.entry("deer elk moose antelope", "deer"),
            Map.entry("dog dogs puppy puppies poodle terrier", "dog"),
            Map.entry("frog frogs toad toads", "frog"),
            Map.entry("horse horses pony ponies", "horse"),
            Map.entry("boat boats ship ships sailboat sailboats canoe canoes kayak yacht ferry", "ship"),
            Map.entry("truck trucks firetruck lorry", "truck"),
            Map.entry("fish church churches cathedral golf parachute parachutes chainsaw horn tuba gas", "unsure"));

    private final Path data;
    private final List<String> labels = new ArrayList<>();
    private final Map<String, Integer> ofPascal = new HashMap<>();
    private final Map<String, Integer> ofImagenette = new HashMap<>();

    /**
     * How often an epoch shows the pictures of each source.
     *
     * @param cifar 50,000 thumbnails
     * @param imagenette 9,469 photos
     * @param pascal 224 photos of our classes, by category
     * @param captioned 114 photos of our classes, by the words of their captions
     * @param others 624 photos of other things, whose captions name no class
     */
    public record Repeats(double cifar, double imagenette, double pascal, double captioned, double others) {
        /** The few scenes often: they alone show thumbnails' classes in photos, so that sharpness doesn't give a class away. */
        public static final Repeats BALANCED = new Repeats(1, 2.5, 30, 15, 6);
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
        PictureSet pascal = scenes(reader, "pascal1k", this::byCategory);
        CaptionLabels labels = captionLabels();
        PictureSet captioned = Stream.of("pascal1k", "coco-part", "flickr8k-part")
                .map(set -> scenes(
                        reader, set, photo -> byCategory(photo).isPresent() ? Optional.empty() : labels.of(photo)))
                .reduce(PictureSet::and)
                .orElseThrow();
        PictureSet others =
                captioned.only(label -> label == PictureSet.NO_CLASS).named("others");
        PictureSet named = captioned
                .only(label -> label >= 0 && label < this.labels.size())
                .named("captioned");
        List<Picture> backdrops = others.pictures();

        List<TrainingSet> sets = new ArrayList<>();
        sets.add(new TrainingSet(others, repeats.others, Augmentation.ofScenes()));
        sets.add(new TrainingSet(pascal, repeats.pascal, Augmentation.ofScenes()).over(backdrops));
        sets.add(new TrainingSet(named, repeats.captioned, Augmentation.ofScenes()).over(backdrops));
        PictureSet cifar = reader.records(data.resolve("cifar10/train.rec.gz"), 0);
        sets.add(new TrainingSet(cifar, repeats.cifar, Augmentation.ofThumbnails()).over(backdrops));
        for (int shard = 0; shard < SHARDS; shard++) {
            PictureSet photos = reader.zippedFolders(data.resolve("imagenette/train-" + shard + ".zip"), ofImagenette);
            TrainingSet set = new TrainingSet(photos, repeats.imagenette, Augmentation.ofPhotos()).over(backdrops);
            sets.add(shard == 0 ? set : set.amongWhenSharp(Set.copyOf(ofImagenette.values())));
        }
        return sets;
    }

    /**
     * How many photos of each class an epoch of such a training shows, thumbnails left out: the mean over the classes of
     * the same source, since there are photos of some of CIFAR-10's classes only.
     */
    public List<Double> photosOfEachClass(List<TrainingSet> training) {
        double[] counts = new double[labels.size()];
        for (TrainingSet set : training) {
            if (!set.augmentation().equals(Augmentation.ofThumbnails())) {
                set.pictures().labels().stream()
                        .filter(label -> label != PictureSet.NO_CLASS)
                        .forEach(label -> counts[label] += set.repeats());
            }
        }
        return IntStream.range(0, counts.length)
                .mapToObj(label -> IntStream.range(0, counts.length)
                        .filter(other -> ofImagenette.containsValue(other) == ofImagenette.containsValue(label))
                        .mapToDouble(other -> counts[other])
                        .average()
                        .orElseThrow())
                .toList();
    }

    private PictureSet scenes(PictureReader reader, String name, Function<JsonNode, Optional<Integer>> label) {
        return reader.zippedPhotos(data.resolve("captions/" + name + ".zip"), label, Set.of("train"));
    }

    private Optional<Integer> byCategory(JsonNode photo) {
        return Optional.ofNullable(ofPascal.get(photo.path("category").asText()));
    }

    private CaptionLabels captionLabels() {
        Map<String, Integer> words = new HashMap<>();
        WORDS.forEach((list, name) -> words.put(list, labels.contains(name) ? labels.indexOf(name) : labels.size()));
        return new CaptionLabels(words);
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
        PictureSet scenes = reader.zippedPhotos(
                        data.resolve("captions/pascal1k.zip"), this::byCategory, Set.of("val", "test"))
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
