package io.vitrail.transformer.lora;

import io.vitrail.transformer.Check;
import java.util.List;

/**
 * How layers are changed by products of two low-rank matrices (Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language
 * Models"). Names and meaning are those of Hugging Face's PEFT.
 *
 * @param rank of the change; PEFT's {@code r}
 * @param alpha the change is multiplied by alpha / rank
 * @param dropout part of the inputs of a change that training leaves out
 * @param targets names of linear layers, or the last parts of their names such as {@code query}; {@link #ALL_LINEAR} is every
 *     one but the head
 * @param bias which biases are trained too
 * @param modulesToSave layers that are trained whole, such as a new head {@code classifier}
 * @param rankStabilized whether the change is multiplied by alpha / √rank instead (Kalajdzievski 2023)
 */
public record LoraConfig(
        int rank,
        double alpha,
        double dropout,
        List<String> targets,
        LoraBias bias,
        List<String> modulesToSave,
        boolean rankStabilized) {
    /** The target that stands for every linear layer but the head. */
    public static final String ALL_LINEAR = "all-linear";

    private static final int HIGHEST_RANK = 65_536;

    public LoraConfig {
        Check.that(rank >= 1 && rank <= HIGHEST_RANK, "The rank must be from 1 to %d, not %d.", HIGHEST_RANK, rank);
        Check.that(Double.isFinite(alpha) && alpha > 0, "Alpha must be positive, not %s.", alpha);
        Check.that(dropout >= 0 && dropout < 1, "The dropout must be in [0, 1), not %s.", dropout);
        Check.that(
                !targets.isEmpty(),
                "Say which layers to change: parts of their names, such as query, or %s.",
                ALL_LINEAR);
        targets = List.copyOf(targets);
        modulesToSave = List.copyOf(modulesToSave);
    }

    /** A change of that rank of the named layers, multiplied by 2, without dropout; only it is trained. */
    public static LoraConfig ofRank(int rank, String... targets) {
        return new LoraConfig(rank, 2.0 * rank, 0, List.of(targets), LoraBias.NONE, List.of(), false);
    }

    /** The same with another factor alpha / rank. */
    public LoraConfig withAlpha(double other) {
        return new LoraConfig(rank, other, dropout, targets, bias, modulesToSave, rankStabilized);
    }

    /** The same where training leaves out part of a change's inputs. */
    public LoraConfig withDropout(double other) {
        return new LoraConfig(rank, alpha, other, targets, bias, modulesToSave, rankStabilized);
    }

    /** The same where biases are trained too. */
    public LoraConfig withBias(LoraBias other) {
        return new LoraConfig(rank, alpha, dropout, targets, other, modulesToSave, rankStabilized);
    }

    /** The same where some layers are trained whole. */
    public LoraConfig saving(String... modules) {
        return new LoraConfig(rank, alpha, dropout, targets, bias, List.of(modules), rankStabilized);
    }

    /** What a change of a rank is multiplied by. */
    double scaling() {
        return scaling(alpha, rank, rankStabilized);
    }

    static double scaling(double alpha, int rank, boolean rankStabilized) {
        return alpha / (rankStabilized ? Math.sqrt(rank) : rank);
    }

    /** Whether all linear layers but the head are to be changed. */
    boolean all() {
        return targets.contains(ALL_LINEAR);
    }

    /** Whether a layer is to be changed, but for a head. */
    boolean isTarget(String module) {
        return !isSaved(module) && (all() || targets.stream().anyMatch(name -> ends(module, name)));
    }

    /** Whether a layer, or what it is within, is trained whole. */
    boolean isSaved(String module) {
        String within = module;
        while (!within.isEmpty()) {
            String part = within;
            if (modulesToSave.stream().anyMatch(name -> ends(part, name))) {
                return true;
            }
            within = within.substring(0, Math.max(0, within.lastIndexOf('.')));
        }
        return false;
    }

    static boolean ends(String module, String name) {
        return module.equals(name) || module.endsWith("." + name);
    }
}
