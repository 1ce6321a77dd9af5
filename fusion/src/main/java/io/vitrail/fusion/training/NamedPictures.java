package io.vitrail.fusion.training;

import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.training.Picture;
import io.vitrail.vit.training.PictureReader;
import io.vitrail.vit.training.PictureSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Pictures of one named thing each, and the words that name it in captions: CIFAR-10's thumbnails and Imagenette's photos
 * show a captioner what words mean that its few captioned photos hardly use.
 */
final class NamedPictures {
    private static final int LARGEST_SHORT_SIDE = 112;
    private static final int SHARDS = 4;

    /** The words that name a class of the two sets. */
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("airplane", "airplane airplanes plane planes aeroplane aeroplanes jet jets aircraft biplane"),
            Map.entry("automobile", "car cars automobile automobiles sedan suv taxi"),
            Map.entry("bird", "bird birds seagull seagulls duck ducks goose geese parrot pigeon owl"),
            Map.entry("cat", "cat cats kitten kittens"),
            Map.entry("deer", "deer elk moose antelope"),
            Map.entry("dog", "dog dogs puppy puppies"),
            Map.entry("frog", "frog frogs toad"),
            Map.entry("horse", "horse horses pony ponies"),
            Map.entry("ship", "boat boats ship ships sailboat sailboats yacht ferry"),
            Map.entry("truck", "truck trucks firetruck lorry"),
            Map.entry("tench", "fish"),
            Map.entry("English springer", "dog dogs puppy spaniel"),
            Map.entry("cassette player", "stereo radio"),
            Map.entry("chain saw", "chainsaw saw"),
            Map.entry("church", "church churches cathedral steeple"),
            Map.entry("French horn", "horn trumpet trombone"),
            Map.entry("garbage truck", "truck trucks"),
            Map.entry("gas pump", "gas pump"),
            Map.entry("golf ball", "golf"),
            Map.entry("parachute", "parachute parachutes"));

    private final Map<String, List<Image>> ofClass = new LinkedHashMap<>();

    /**
     * Reads the folders {@code cifar10} and {@code imagenette}, where they are there.
     *
     * @param each most pictures of a class
     */
    static NamedPictures read(Path data, int each) {
        NamedPictures named = new NamedPictures();
        PictureReader reader = new PictureReader(LARGEST_SHORT_SIDE);
        Path thumbnails = data.resolve("cifar10/train.rec.gz");
        if (each > 0 && Files.exists(thumbnails)) {
            List<String> names = new ArrayList<>();
            JsonFile.read(data.resolve("cifar10/classes.json"))
                    .path("classes")
                    .forEach(name -> names.add(name.asText()));
            named.add(reader.records(thumbnails, 0), names, each);
        }
        if (each > 0 && Files.exists(data.resolve("imagenette/classes.json"))) {
            named.addPhotos(data, reader, each);
        }
        return named;
    }

    private void addPhotos(Path data, PictureReader reader, int each) {
        List<String> names = new ArrayList<>();
        Map<String, Integer> numbers = new HashMap<>();
        JsonFile.readList(data.resolve("imagenette/classes.json")).forEach(row -> {
            numbers.put(row.path("wnid").asText(), names.size());
            names.add(row.path("name").asText());
        });
        for (int shard = 0; shard < SHARDS; shard++) {
            Path zip = data.resolve("imagenette/train-" + shard + ".zip");
            if (Files.exists(zip)) {
                add(reader.zippedFolders(zip, numbers), names, each);
            }
        }
    }

    private void add(PictureSet set, List<String> names, int each) {
        for (int i = 0; i < set.size(); i++) {
            List<Image> images = ofClass.computeIfAbsent(names.get(set.labels().get(i)), name -> new ArrayList<>());
            if (images.size() < each) {
                Picture picture = set.pictures().get(i);
                images.add(Image.fromPixels(picture.rgb(), picture.width(), picture.height()));
            }
        }
    }

    /** All pictures, class after class. */
    List<Image> images() {
        return ofClass.values().stream().flatMap(List::stream).toList();
    }

    /** By word, the numbers among {@link #images} of the pictures that it names. */
    Map<String, int[]> byWord() {
        Map<String, int[]> byWord = new HashMap<>();
        int first = 0;
        for (Map.Entry<String, List<Image>> entry : ofClass.entrySet()) {
            int end = first + entry.getValue().size();
            int[] numbers = IntStream.range(first, end).toArray();
            for (String word : WORDS.getOrDefault(entry.getKey(), "").split(" ")) {
                byWord.merge(word, numbers, (some, more) -> IntStream.concat(IntStream.of(some), IntStream.of(more))
                        .toArray());
            }
            first = end;
        }
        return byWord;
    }
}
