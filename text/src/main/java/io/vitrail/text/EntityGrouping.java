package io.vitrail.text;

import io.vitrail.text.tokenizer.DecodeOptions;
import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.text.tokenizer.Span;
import io.vitrail.text.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Classes of tokens to entities of one text, as the reference's token-classification pipeline groups them. */
final class EntityGrouping {
    /** A token or word, and the probability of each class. Places are code points. */
    private record Part(String word, double[] scores, int start, int end, boolean continues) {}

    private final Tokenizer tokenizer;
    private final List<String> labels;
    private final TokenClassifier.Options options;
    private final String text;

    EntityGrouping(Tokenizer tokenizer, List<String> labels, TokenClassifier.Options options, String text) {
        this.tokenizer = tokenizer;
        this.labels = labels;
        this.options = options;
        this.text = text;
    }

    /**
     * The entities of a text.
     *
     * @param rows the text, or overlapping parts of it
     * @param scores of each row's tokens the probabilities of the classes
     */
    List<Entity> entities(List<Encoding> rows, List<double[][]> scores) {
        List<Entity> all = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            for (Entity entity : entities(parts(rows.get(i), scores.get(i)))) {
                if (!options.ignored().contains(entity.label())) {
                    all.add(entity);
                }
            }
        }
        return (rows.size() > 1 ? withoutOverlap(all) : all)
                .stream().map(this::inCharacters).toList();
    }

    private Entity inCharacters(Entity entity) {
        int start = text.offsetByCodePoints(0, entity.start());
        int end = text.offsetByCodePoints(start, entity.end() - entity.start());
        return new Entity(entity.label(), entity.score(), entity.word(), start, end);
    }

    private List<Part> parts(Encoding row, double[][] scores) {
        OptionalLong unknown = tokenizer.specialTokens().id("unk");
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < row.length(); i++) {
            if (row.specialTokensMask()[i] == 0) {
                Span span = row.offsets().get(i);
                String surface = between(span.start(), span.end());
                boolean isUnknown = unknown.isPresent() && row.ids()[i] == unknown.getAsLong();
                String word = isUnknown ? surface : row.tokens().get(i);
                boolean continues = !isUnknown && continues(word, surface, span);
                parts.add(new Part(word, scores[i], span.start(), span.end(), continues));
            }
        }
        return parts;
    }

    /** Whether a token goes on with the word before: it is longer than its text by a prefix, or no space is before it. */
    private boolean continues(String word, String surface, Span span) {
        if (!tokenizer.continuationPrefix().isEmpty()) {
            return length(word) != length(surface);
        }
        int end = Math.min(span.start() + 1, length(text));
        return span.start() > 0 && !between(span.start() - 1, end).contains(" ");
    }

    private String between(int start, int end) {
        int from = text.offsetByCodePoints(0, start);
        return text.substring(from, text.offsetByCodePoints(from, end - start));
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private List<Entity> entities(List<Part> tokens) {
        List<Part> parts = options.aggregation().joinsWords() ? words(tokens) : tokens;
        List<Entity> each = parts.stream().map(this::best).toList();
        return options.aggregation() == Aggregation.NONE ? each : groups(each);
    }

    private List<Part> words(List<Part> tokens) {
        List<Part> words = new ArrayList<>();
        List<Part> word = new ArrayList<>();
        for (Part token : tokens) {
            if (!token.continues() && !word.isEmpty()) {
                words.add(word(word));
                word.clear();
            }
            word.add(token);
        }
        if (!word.isEmpty()) {
            words.add(word(word));
        }
        return words;
    }

    private Part word(List<Part> tokens) {
        double[] scores =
                options.aggregation().ofWord(tokens.stream().map(Part::scores).toList());
        String word = joined(tokens.stream().map(Part::word).toList());
        return new Part(
                word,
                scores,
                tokens.get(0).start(),
                tokens.get(tokens.size() - 1).end(),
                false);
    }

    private Entity best(Part part) {
        int best = 0;
        for (int i = 1; i < part.scores().length; i++) {
            best = part.scores()[i] > part.scores()[best] ? i : best;
        }
        return new Entity(labels.get(best), part.scores()[best], part.word(), part.start(), part.end());
    }

    /** Neighbours of one class, where none of them begins another entity. */
    private List<Entity> groups(List<Entity> entities) {
        List<Entity> groups = new ArrayList<>();
        List<Entity> group = new ArrayList<>();
        for (Entity entity : entities) {
            boolean begins = entity.label().startsWith("B-");
            if (!group.isEmpty() && (begins || !tag(entity).equals(tag(group.get(group.size() - 1))))) {
                groups.add(group(group));
                group.clear();
            }
            group.add(entity);
        }
        if (!group.isEmpty()) {
            groups.add(group(group));
        }
        return groups;
    }

    private static String tag(Entity entity) {
        String label = entity.label();
        return label.startsWith("B-") || label.startsWith("I-") ? label.substring(2) : label;
    }

    private Entity group(List<Entity> entities) {
        Entity first = entities.get(0);
        String label = first.label().substring(first.label().indexOf('-') + 1);
        double score = entities.stream().mapToDouble(Entity::score).average().orElseThrow();
        String word = joined(entities.stream().map(Entity::word).toList());
        return new Entity(
                label,
                score,
                word,
                first.start(),
                entities.get(entities.size() - 1).end());
    }

    /** Of entities that overlap the longest, or else the surest. */
    private static List<Entity> withoutOverlap(List<Entity> entities) {
        List<Entity> kept = new ArrayList<>();
        entities.stream().sorted(Comparator.comparingInt(Entity::start)).forEach(entity -> {
            Entity last = kept.isEmpty() ? entity : kept.get(kept.size() - 1);
            if (kept.isEmpty() || entity.start() >= last.end()) {
                kept.add(entity);
                return;
            }
            int longer = (entity.end() - entity.start()) - (last.end() - last.start());
            if (longer > 0 || longer == 0 && entity.score() > last.score()) {
                kept.set(kept.size() - 1, entity);
            }
        });
        return kept;
    }

    /** Tokens, or what was joined of them, as one text. */
    private String joined(List<String> tokens) {
        String prefix = tokenizer.continuationPrefix();
        if (prefix.isEmpty()) {
            long[] ids = tokens.stream()
                    .flatMapToLong(token -> tokenizer.id(token).stream())
                    .toArray();
            return ids.length == tokens.size()
                    ? tokenizer.decode(ids, new DecodeOptions(false, Optional.of(false)))
                    : String.join("", tokens);
        }
        StringBuilder text = new StringBuilder();
        for (String token : tokens) {
            boolean continues = text.length() > 0 && token.startsWith(prefix);
            String spaced = continues ? token.substring(prefix.length()) : " " + token;
            text.append(text.length() == 0 ? token : withoutSpaces(spaced));
        }
        return text.toString();
    }

    /** As the tokenizers library's WordPiece decoder does to each token. */
    private static String withoutSpaces(String token) {
        return switch (token) {
            case " .", " ?", " !", " ,", " n't", " 'm", " 's", " 've", " 're" -> token.substring(1);
            default -> token;
        };
    }
}
