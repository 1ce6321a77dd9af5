package io.vitrail.vit;

import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.LayerScale;
import io.vitrail.transformer.Mlp;
import io.vitrail.transformer.ScaledPreNormBlock;
import io.vitrail.transformer.SelfAttention;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Sizes and choices of one {@link TimmVit}, as timm's config.json gives them: the architecture's name stands for most,
 * {@code model_args} change some of them, {@code pretrained_cfg} tells the pictures.
 *
 * @param classToken whether there is one, and whether it has a position
 * @param distilled whether there is a distillation token behind it
 * @param preNorm whether a norm stands before the encoder; the patches then have no bias
 * @param layerScale whether the residual branches have a layer scale
 * @param normsPooled whether the last norm follows the pooling and doesn't precede it
 * @param labels names of the classes; none without a head, or with CLIP's projection as the head
 */
record TimmConfig(
        ImageConfig image,
        EncoderConfig encoder,
        ClassToken classToken,
        boolean distilled,
        boolean preNorm,
        boolean layerScale,
        Pooling pooling,
        boolean normsPooled,
        List<String> labels) {
    /** The class token, and whether a position is added to it. */
    enum ClassToken {
        ABSENT,
        WITH_POSITION,
        WITHOUT_POSITION
    }

    /** What stands for the whole picture: the class token, or the mean of the patches. */
    enum Pooling {
        TOKEN,
        AVG
    }

    /** What the names of sizes stand for. */
    private enum Size {
        TINY(192, 12, 3, 768),
        XSMALL(256, 10, 4, 1024),
        SMALL(384, 12, 6, 1536),
        MEDIUM(512, 12, 8, 2048),
        BETWIXT(640, 12, 10, 2560),
        BASE(768, 12, 12, 3072),
        LARGE(1024, 24, 16, 4096),
        HUGE(1280, 32, 16, 5120),
        GIANT(1408, 40, 16, 6144),
        GIGANTIC(1664, 48, 16, 8192);

        private final int width;
        private final int depth;
        private final int heads;
        private final int mlpWidth;

        Size(int width, int depth, int heads, int mlpWidth) {
            this.width = width;
            this.depth = depth;
            this.heads = heads;
            this.mlpWidth = mlpWidth;
        }
    }

    private static final Pattern ARCHITECTURE = Pattern.compile("(vit|deit|deit3)_(?<size>[a-z]+)(_distilled)?"
            + "_patch(?<patch>\\d{1,4})(_clip|_clip_quickgelu|_dinov2)?(_\\d+)?(_miil)?");

    /** What is read here, or changes nothing in the numbers of pictures of the model's own size. */
    private static final Set<String> ARGUMENTS = Set.of(
            "img_size",
            "patch_size",
            "in_chans",
            "num_classes",
            "embed_dim",
            "depth",
            "num_heads",
            "mlp_ratio",
            "qkv_bias",
            "init_values",
            "class_token",
            "no_embed_class",
            "pre_norm",
            "fc_norm",
            "global_pool",
            "act_layer",
            "dynamic_img_size",
            "weight_init",
            "fix_init");

    private static final int MOST_LABELS = 1_000_000;

    TimmConfig {
        Check.that(
                pooling != Pooling.TOKEN || classToken != ClassToken.ABSENT,
                "timm's 'global_pool' can't be 'token' without a class token.");
        Check.that(
                !distilled || classToken == ClassToken.WITH_POSITION && pooling == Pooling.TOKEN,
                "timm's distilled models need a class token with a position, and 'global_pool' 'token'.");
    }

    static TimmConfig fromJson(ConfigJson json) {
        ConfigJson pictures = json.object("pretrained_cfg").orElse(json);
        ConfigJson arguments = json.section("model_args");
        arguments
                .keys()
                .forEach(key -> Check.that(
                        ARGUMENTS.contains(key) || key.endsWith("_rate") || !arguments.has(key),
                        "timm's model_args '%s' is not supported.",
                        key));
        String name = json.text("architecture", "");
        Pooling pooling = pooling(arguments.text("global_pool", pictures.text("global_pool", "token")));
        return new TimmConfig(
                image(name, pictures, arguments),
                encoder(name, arguments),
                classToken(name, arguments),
                name.contains("_distilled"),
                arguments.flag("pre_norm", name.contains("_clip")),
                arguments.has("init_values") || name.startsWith("deit3_") || name.endsWith("_dinov2"),
                pooling,
                arguments.flag("fc_norm", pooling == Pooling.AVG),
                labels(name, json, pictures));
    }

    private static Matcher parts(String name) {
        Matcher parts = ARCHITECTURE.matcher(name);
        boolean known = parts.matches()
                && !name.equals("vit_giant_patch14_dinov2") // its MLP is gated
                && Arrays.stream(Size.values())
                        .anyMatch(size -> size.name().equals(parts.group("size").toUpperCase(Locale.ROOT)));
        Check.that(
                known,
                "timm's architecture '%s' is not supported; supported are those of %s, with SIZE of %s.",
                name,
                "vit_SIZE_patchP, vit_SIZE_patchP_clip, vit_SIZE_patchP_dinov2, deit_SIZE_patchP,"
                        + " deit_SIZE_distilled_patchP and deit3_SIZE_patchP",
                Arrays.toString(Size.values()).toLowerCase(Locale.ROOT));
        return parts;
    }

    private static EncoderConfig encoder(String name, ConfigJson arguments) {
        Size size = Size.valueOf(parts(name).group("size").toUpperCase(Locale.ROOT));
        int width = arguments.size("embed_dim", size.width);
        boolean resized = arguments.has("mlp_ratio") || arguments.has("embed_dim");
        String activation = name.contains("_quickgelu") ? "quick_gelu" : "gelu";
        return new EncoderConfig(
                width,
                arguments.integer("depth", size.depth),
                arguments.size("num_heads", size.heads),
                resized ? (int) (width * arguments.number("mlp_ratio", 4)) : size.mlpWidth,
                name.contains("_clip") ? 1e-5f : 1e-6f,
                Activation.named(arguments.text("act_layer", activation)),
                Bias.of(arguments.flag("qkv_bias", !name.endsWith("_miil"))));
    }

    private static ImageConfig image(String name, ConfigJson pictures, ConfigJson arguments) {
        int[] input = pictures.integers("input_size", 3, 224, 224); // channels, height, width
        Check.that(input.length == 3, "timm's 'input_size' must be channels, height and width.");
        int[] size = arguments.has("img_size") ? arguments.pair("img_size", 0) : new int[] {input[1], input[2]};
        int[] patch = arguments.pair("patch_size", Integer.parseInt(parts(name).group("patch")));
        return new ImageConfig(arguments.size("in_chans", input[0]), size[0], size[1], patch[0], patch[1]);
    }

    private static ClassToken classToken(String name, ConfigJson arguments) {
        if (!arguments.flag("class_token", true)) {
            return ClassToken.ABSENT;
        }
        boolean without = arguments.flag("no_embed_class", name.startsWith("deit3_"));
        return without ? ClassToken.WITHOUT_POSITION : ClassToken.WITH_POSITION;
    }

    private static Pooling pooling(String name) {
        Check.that(
                name.equals("token") || name.equals("avg"), "timm's 'global_pool' must be token or avg, not %s.", name);
        return Pooling.valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** Those that the file names; timm itself keeps the names of ImageNet's classes in its program. */
    private static List<String> labels(String name, ConfigJson json, ConfigJson pictures) {
        int first = pictures.integer("num_classes", 1000);
        int count = json.integer("num_classes", first);
        Check.that(
                count >= 0 && count <= MOST_LABELS, "timm's 'num_classes' (%d) must be 0 to %d.", count, MOST_LABELS);
        List<String> names = json.has("label_names") ? json.texts("label_names") : pictures.texts("label_names");
        Check.that(
                names.isEmpty() || count == 0 || names.size() == count,
                "timm's 'label_names' are %d, 'num_classes' is %d.",
                names.size(),
                count);
        boolean projects = name.contains("_clip") // and what was fine-tuned has names, another size, or says so
                && names.isEmpty()
                && count == first
                && !pictures.text("tag", "").contains("_ft_");
        return IntStream.range(0, projects ? 0 : count)
                .mapToObj(i -> names.isEmpty() ? "LABEL_" + i : names.get(i))
                .toList();
    }

    /** Tokens before the patches. */
    int specialTokens() {
        return (classToken == ClassToken.ABSENT ? 0 : 1) + (distilled ? 1 : 0);
    }

    /** Those of them that have a position. */
    int placedTokens() {
        return classToken == ClassToken.WITHOUT_POSITION ? 0 : specialTokens();
    }

    Encoder blocks() {
        if (!layerScale) {
            return encoder.preNormEncoder();
        }
        return new Encoder(
                encoder.depth(),
                i -> new ScaledPreNormBlock(
                        encoder.norm(),
                        new SelfAttention(encoder.attention()),
                        new LayerScale(encoder.width(), 1),
                        encoder.norm(),
                        new Mlp(encoder.width(), encoder.mlpWidth(), encoder.activation()),
                        new LayerScale(encoder.width(), 1)));
    }
}
