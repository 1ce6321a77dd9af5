package io.vitrail.transformer.hub;

import io.vitrail.transformer.Check;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which files of a repository a caller needs, in the order in which they are fetched. An index, such as {@code
 * model.safetensors.index.json}, brings the files along that it names, and weights of open_clip its config.
 *
 * @param needs at least one
 */
public record NeededFiles(List<Need> needs) {
    private static final String INDEX = ".index.json";

    /** What open_clip's files are called; the config beside its weights is its own. */
    private static final String OPEN_CLIP = "open_clip";

    private static final String OPEN_CLIP_CONFIG = OPEN_CLIP + "_config.json";

    /** The model's description alone. */
    public static final NeededFiles CONFIG = oneOf("config.json", OPEN_CLIP_CONFIG);

    /** The model's card, with its licence; not every repository has one. */
    public static final NeededFiles CARD = any("README.md");

    /** The weights, in the order in which transformers looks for them; then open_clip's. */
    public static final NeededFiles WEIGHTS = oneOf(
            "model.safetensors",
            "model.safetensors" + INDEX,
            "pytorch_model.bin",
            "pytorch_model.bin" + INDEX,
            OPEN_CLIP + "_model.safetensors",
            OPEN_CLIP + "_pytorch_model.bin");

    private static final NeededFiles PICTURES = any("preprocessor_config.json", "processor_config.json");

    /** What tells how text becomes tokens, and how a model writes. */
    public static final NeededFiles WORDS = any(
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.txt",
            "vocab.json",
            "merges.txt",
            "target_vocab.json",
            "spiece.model",
            "sentencepiece.bpe.model",
            "tokenizer.model",
            "source.spm",
            "target.spm",
            "chat_template.jinja",
            "chat_template.json",
            "modules.json",
            "sentence_bert_config.json",
            "1_Pooling/config.json");

    /** What a model needs that reads pictures. */
    public static final NeededFiles VISION = CONFIG.and(PICTURES).and(WEIGHTS);

    /** What a model needs that reads or writes text. */
    public static final NeededFiles TEXT = CONFIG.and(WORDS).and(WEIGHTS);

    /** What a model needs that knows both pictures and text. */
    public static final NeededFiles VISION_AND_TEXT =
            CONFIG.and(PICTURES).and(WORDS).and(WEIGHTS);

    /**
     * One file: the first of several names that the repository has.
     *
     * @param names relative to the repository's top, with {@code /} between folders
     * @param required whether it is an error if it has none of them
     */
    public record Need(List<String> names, boolean required) {
        public Need {
            names = List.copyOf(names);
            Check.that(!names.isEmpty(), "A needed file has at least one name.");
            names.forEach(ModelName::checkFile);
        }
    }

    public NeededFiles {
        needs = List.copyOf(needs);
        Check.that(!needs.isEmpty(), "At least one file has to be needed.");
    }

    /** A file that must be there, under one of these names; the first that is there is taken. */
    public static NeededFiles oneOf(String... names) {
        return new NeededFiles(List.of(new Need(List.of(names), true)));
    }

    /** Files that are fetched where they are there. */
    public static NeededFiles any(String... names) {
        return new NeededFiles(
                Stream.of(names).map(name -> new Need(List.of(name), false)).toList());
    }

    /** These files, then those. */
    public NeededFiles and(NeededFiles others) {
        return new NeededFiles(
                Stream.concat(needs.stream(), others.needs.stream()).distinct().toList());
    }

    /** The file that is looked at first. */
    String first() {
        return needs.get(0).names().get(0);
    }

    /**
     * Obtains the files one after the other, as the result is read.
     *
     * @param snapshot the folder where they are then
     * @param obtain brings a file into the folder if it can, and says whether it is there
     * @return what is required and couldn't be obtained; the names of one need are joined by "or"
     */
    Stream<String> missing(Path snapshot, Predicate<String> obtain) {
        return needs.stream().flatMap(need -> missing(need, snapshot, obtain));
    }

    private static Stream<String> missing(Need need, Path snapshot, Predicate<String> obtain) {
        Optional<String> name = need.names().stream().filter(obtain).findFirst();
        if (name.isEmpty()) {
            return need.required() ? Stream.of(String.join(" or ", need.names())) : Stream.empty();
        }
        return name.stream().flatMap(file -> companions(file, snapshot)).filter(obtain.negate());
    }

    /** The files that one file needs beside it. */
    private static Stream<String> companions(String file, Path snapshot) {
        if (file.endsWith(INDEX)) {
            return ShardIndex.files(snapshot, file).stream();
        }
        return file.startsWith(OPEN_CLIP) ? Stream.of(OPEN_CLIP_CONFIG) : Stream.empty();
    }
}
