package io.vitrail.benchmarks;

import io.vitrail.fusion.ImageCaptioner;
import io.vitrail.fusion.metrics.CaptionMetrics;
import io.vitrail.fusion.metrics.CaptionReport;
import io.vitrail.fusion.metrics.CaptionTokenizer;
import io.vitrail.fusion.training.CaptionData;
import io.vitrail.fusion.training.FrozenBackbone;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * What a captioner that looks is worth: CIDEr-D beside two that hardly do. The first says the same of every photo; the
 * second says what was said of the photo of the split train whose pooled features are most alike (cosine). Document
 * frequencies are those of the references of the evaluated photos.
 *
 * <p>Run it with the data's folder, a captioner's folder or {@code embedded}, and perhaps a split (test) and a backbone's
 * folder for the second one's features (the embedded classifier's).
 */
public final class CaptionBaselines {
    private static final int EVERY = 10;
    private static final int PROMISING = 20;

    private final CaptionData data;
    private final List<CaptionData.Photo> train;
    private final Map<String, String> central;

    private CaptionBaselines(CaptionData data) {
        this.data = data;
        train = data.photos("train");
        central = central(train);
    }

    /** A split of one set, or of all. */
    private record Evaluated(String name, List<CaptionData.Photo> photos) {}

    public static void main(String[] arguments) {
        CaptionBaselines baselines = new CaptionBaselines(new CaptionData(Path.of(arguments[0])));
        List<CaptionData.Photo> photos = baselines.data.photos(arguments.length > 2 ? arguments[2] : "test");
        Optional<Path> backbone = arguments.length > 3 ? Optional.of(Path.of(arguments[3])) : Optional.empty();
        Map<String, Map<String, String>> systems = new LinkedHashMap<>();
        systems.put("best constant, chosen on train", baselines.constant(baselines.train, photos));
        systems.put("best constant, chosen on these", baselines.constant(photos, photos));
        Map<String, CaptionData.Photo> nearest = baselines.nearest(photos, backbone);
        systems.put(
                "nearest photo, first caption",
                said(nearest, photo -> photo.picture().captions().get(0)));
        systems.put("nearest photo, central caption", said(nearest, photo -> baselines.central.get(photo.name())));
        systems.put("captioner", baselines.captions(photos, arguments[1]));
        List<Evaluated> sets = sets(photos);
        sets.forEach(set ->
                System.out.printf("%-14s", set.name() + " (" + set.photos().size() + ")"));
        System.out.println();
        systems.forEach((name, captions) -> {
            sets.forEach(set -> System.out.printf(
                    "%-14.4f", score(set.photos(), captions).whole().ciderD()));
            System.out.println(name);
        });
        photos.stream()
                .limit(8)
                .forEach(photo -> System.out.println(
                        photo.name() + ": " + systems.get("captioner").get(photo.name())));
    }

    private static List<Evaluated> sets(List<CaptionData.Photo> photos) {
        List<Evaluated> sets = new ArrayList<>(List.of(new Evaluated("all", photos)));
        for (String set :
                new TreeSet<>(photos.stream().map(CaptionData.Photo::set).toList())) {
            sets.add(new Evaluated(
                    set,
                    photos.stream().filter(photo -> photo.set().equals(set)).toList()));
        }
        return sets;
    }

    private static CaptionReport score(List<CaptionData.Photo> photos, Map<String, String> captions) {
        Map<String, List<List<String>>> references = new LinkedHashMap<>();
        Map<String, List<String>> candidates = new LinkedHashMap<>();
        for (CaptionData.Photo photo : photos) {
            references.put(photo.name(), tokens(photo.picture().captions()));
            candidates.put(photo.name(), CaptionTokenizer.tokens(captions.get(photo.name())));
        }
        return CaptionMetrics.score(references, candidates);
    }

    private static List<List<String>> tokens(Collection<String> captions) {
        return captions.stream().map(CaptionTokenizer::tokens).toList();
    }

    /** Of each photo the caption that is most like its others, by CIDEr-D. */
    private static Map<String, String> central(List<CaptionData.Photo> photos) {
        Map<String, String> best = new HashMap<>();
        Map<String, Double> scores = new HashMap<>();
        int most = photos.stream()
                .mapToInt(photo -> photo.picture().captions().size())
                .max()
                .orElseThrow();
        for (int number = 0; number < most; number++) {
            Map<String, List<List<String>>> others = new LinkedHashMap<>();
            Map<String, List<String>> candidates = new LinkedHashMap<>();
            Map<String, String> texts = new HashMap<>();
            for (CaptionData.Photo photo : photos) {
                List<String> captions = new ArrayList<>(photo.picture().captions());
                String text = captions.get(Math.min(number, captions.size() - 1));
                if (captions.size() > 1) {
                    captions.remove(text);
                }
                others.put(photo.name(), tokens(captions));
                candidates.put(photo.name(), CaptionTokenizer.tokens(text));
                texts.put(photo.name(), text);
            }
            CaptionMetrics.score(others, candidates).pictures().forEach((name, score) -> {
                if (score.ciderD() > scores.getOrDefault(name, -1.0)) {
                    scores.put(name, score.ciderD());
                    best.put(name, texts.get(name));
                }
            });
        }
        return best;
    }

    /**
     * Of the central captions of the split train the one that scores best when said of all the given photos: chosen
     * from the 20 that do best on every tenth of these.
     */
    private Map<String, String> constant(List<CaptionData.Photo> chosenOn, List<CaptionData.Photo> photos) {
        List<CaptionData.Photo> some = IntStream.range(0, chosenOn.size())
                .filter(i -> i % EVERY == 0)
                .mapToObj(chosenOn::get)
                .toList();
        List<String> promising = best(new TreeSet<>(central.values()), some, PROMISING);
        String best = best(promising, chosenOn, 1).get(0);
        System.out.println("constant: " + best);
        return same(photos, best);
    }

    /** So many captions, best first. */
    private static List<String> best(Collection<String> captions, List<CaptionData.Photo> photos, int count) {
        Map<String, Double> scores = new HashMap<>();
        captions.forEach(caption ->
                scores.put(caption, score(photos, same(photos, caption)).whole().ciderD()));
        return captions.stream()
                .sorted(Comparator.comparingDouble(caption -> -scores.get(caption)))
                .limit(count)
                .toList();
    }

    private static Map<String, String> same(List<CaptionData.Photo> photos, String caption) {
        Map<String, String> captions = new HashMap<>();
        photos.forEach(photo -> captions.put(photo.name(), caption));
        return captions;
    }

    private static Map<String, String> said(
            Map<String, CaptionData.Photo> nearest, Function<CaptionData.Photo, String> caption) {
        Map<String, String> captions = new HashMap<>();
        nearest.forEach((name, photo) -> captions.put(name, caption.apply(photo)));
        return captions;
    }

    private Map<String, CaptionData.Photo> nearest(List<CaptionData.Photo> photos, Optional<Path> backbone) {
        Map<String, CaptionData.Photo> nearest = new HashMap<>();
        try (FrozenBackbone eyes = FrozenBackbone.open(backbone)) {
            Map<String, float[]> known = pooled(train, eyes);
            pooled(photos, eyes).forEach((name, vector) -> {
                double best = -2;
                for (CaptionData.Photo photo : train) {
                    double cosine = cosine(vector, known.get(photo.name()));
                    if (cosine > best) {
                        best = cosine;
                        nearest.put(name, photo);
                    }
                }
            });
        }
        return nearest;
    }

    private Map<String, float[]> pooled(List<CaptionData.Photo> photos, FrozenBackbone eyes) {
        Map<String, float[]> pooled = new LinkedHashMap<>();
        data.read(
                photos,
                (photo, image) ->
                        pooled.put(photo.name(), eyes.see(List.of(image)).get(0).pooled()));
        return pooled;
    }

    private static double cosine(float[] x, float[] y) {
        double product = 0;
        double ofX = 0;
        double ofY = 0;
        for (int i = 0; i < x.length; i++) {
            product += (double) x[i] * y[i];
            ofX += (double) x[i] * x[i];
            ofY += (double) y[i] * y[i];
        }
        return product / Math.sqrt(ofX * ofY);
    }

    private Map<String, String> captions(List<CaptionData.Photo> photos, String model) {
        Map<String, String> captions = new HashMap<>();
        try (ImageCaptioner captioner =
                model.equals("embedded") ? ImageCaptioner.embedded() : ImageCaptioner.load(Path.of(model))) {
            data.read(photos, (photo, image) -> captions.put(photo.name(), caption(captioner, image)));
        }
        return captions;
    }

    private static String caption(ImageCaptioner captioner, Image image) {
        return captioner.caption(image).text();
    }
}
