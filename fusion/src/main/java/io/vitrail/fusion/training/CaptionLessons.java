package io.vitrail.fusion.training;

import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Check;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a captioner learns, in two lessons, with all that it looks at already seen by the backbone.
 *
 * @param loose captions with pictures that they might be about: captioned photos whose captions are alike, or else
 *     pictures that are named by one of the words, or else nothing
 * @param captioned photos with captions of their own
 * @param judge by photos of the split val
 * @param vocabulary number of words
 * @param contextTokens of a picture
 */
record CaptionLessons(
        List<Example> loose, List<Example> captioned, CaptionJudge judge, int vocabulary, int contextTokens) {
    private static final String[] HELD_OUT = {"val", "test"};
    private static final int LEAST_COUNT = 3;
    private static final int AT_ONCE = 64;

    /** Reads and looks at everything, and writes the vocabulary. */
    static CaptionLessons prepare(
            DecoderLesson.Source source, CaptionTrainingOptions options, long seed, DecoderLesson.Preparation progress)
            throws IOException {
        CaptionData captions = new CaptionData(source.data());
        List<CaptionData.Photo> photos = captions.photos("train");
        List<CaptionData.Photo> measured = captions.photos("val");
        List<String> loose = captions.loose(HELD_OUT);
        List<String> all = Stream.concat(
                        loose.stream(), photos.stream().flatMap(photo -> photo.picture().captions().stream()))
                .toList();
        CaptionWords.save(all, options.decoder().vocabulary(), LEAST_COUNT, source.words());
        Looking looking = new Looking(captions, source, seed, progress);
        List<List<float[]>> views =
                looking.at("train", photos, options.pictures().views());
        List<float[]> val =
                looking.at("val", measured, 1).stream().map(its -> its.get(0)).toList();
        CaptionJudge judge = new CaptionJudge(measured, val, source.backbone().width());
        try (Tokenizer tokenizer = Tokenizer.load(source.words().getParent())) {
            Pairing pairing =
                    new Pairing(photos, views, looking.named(options.pictures().each()), tokenizer, options);
            return new CaptionLessons(
                    options.epochs().loose() == 0 ? List.of() : pairing.loose(loose),
                    pairing.captioned(),
                    judge,
                    tokenizer.vocabularySize(),
                    val.get(0).length / source.backbone().width());
        }
    }

    /** How pictures become tokens, which are kept in a folder. */
    private record Looking(
            CaptionData captions, DecoderLesson.Source source, long seed, DecoderLesson.Preparation progress) {
        /** The views of each photo. */
        List<List<float[]>> at(String name, List<CaptionData.Photo> photos, int count) throws IOException {
            SeenFile file = file(name, "%d views of %d photos".formatted(count, photos.size()));
            List<float[]> all = file.read().orElse(List.of());
            if (all.isEmpty()) {
                List<float[]> seen = new ArrayList<>();
                captions.read(photos, (photo, image) -> {
                    seen.addAll(tokens(PhotoViews.of(image, count, seed, seen.size())));
                    progress.prepared("looking at photos", seen.size() / count, photos.size());
                });
                file.write(seen);
                all = seen;
            }
            List<float[]> views = all;
            return IntStream.range(0, photos.size())
                    .mapToObj(i -> views.subList(i * count, (i + 1) * count))
                    .toList();
        }

        /** By word, pictures of what it names, one view each; not more of a class than {@code most}. */
        Map<String, List<List<float[]>>> named(int most) throws IOException {
            NamedPictures named = NamedPictures.read(source.data(), most);
            List<Image> images = named.images();
            SeenFile file = file("named", images.size() + " named pictures");
            List<float[]> seen = new ArrayList<>(file.read().orElse(List.of()));
            if (seen.isEmpty() && !images.isEmpty()) {
                for (int first = 0; first < images.size(); first += AT_ONCE) {
                    seen.addAll(tokens(images.subList(first, Math.min(first + AT_ONCE, images.size()))));
                    progress.prepared("looking at named pictures", seen.size(), images.size());
                }
                file.write(seen);
            }
            Map<String, List<List<float[]>>> byWord = new HashMap<>();
            named.byWord()
                    .forEach((word, numbers) -> byWord.put(
                            word,
                            Arrays.stream(numbers)
                                    .mapToObj(number -> List.of(seen.get(number)))
                                    .toList()));
            return byWord;
        }

        private SeenFile file(String name, String what) {
            String key =
                    "%s, backbone %s, seed %d".formatted(what, source.backbone().fingerprint(), seed);
            return new SeenFile(source.folder().resolve("seen-" + name + ".bin"), key);
        }

        private List<float[]> tokens(List<Image> images) {
            return source.backbone().see(images).stream()
                    .map(FrozenBackbone.Seen::tokens)
                    .toList();
        }
    }

    /** How captions get their pictures. */
    private record Pairing(
            List<CaptionData.Photo> photos,
            List<List<float[]>> views,
            Map<String, List<List<float[]>>> named,
            Tokenizer tokenizer,
            CaptionTrainingOptions options) {
        List<Example> captioned() {
            List<Example> examples = new ArrayList<>();
            for (int i = 0; i < photos.size(); i++) {
                for (String caption : photos.get(i).picture().captions()) {
                    example(caption, List.of(views.get(i))).ifPresent(examples::add);
                }
            }
            Check.that(!examples.isEmpty(), "No caption of the photos has at most %d words.", longest());
            return examples;
        }

        List<Example> loose(List<String> captions) {
            AlikeCaptions alike = new AlikeCaptions(
                    photos.stream().map(photo -> photo.picture().captions()).toList());
            return captions.stream()
                    .flatMap(caption -> example(caption, pictures(caption, alike)).stream())
                    .toList();
        }

        private Optional<Example> example(String caption, List<List<float[]>> pictures) {
            int[] ids = CaptionWords.ids(caption, tokenizer, longest());
            return ids.length == 0 ? Optional.empty() : Optional.of(new Example(ids, pictures));
        }

        private int longest() {
            return options.decoder().longest();
        }

        private List<List<float[]>> pictures(String caption, AlikeCaptions alike) {
            CaptionTrainingOptions.Pictures how = options.pictures();
            int[] numbers = alike.photos(caption, how.photosAlike(), how.leastAlike());
            if (numbers.length > 0) {
                return Arrays.stream(numbers).mapToObj(views::get).toList();
            }
            return CaptionWords.words(caption).stream()
                    .filter(named::containsKey)
                    .findFirst()
                    .map(named::get)
                    .orElse(List.of());
        }
    }
}
