package io.vitrail.samples.cli;

import io.vitrail.transformer.lora.LoraBias;
import io.vitrail.transformer.lora.LoraConfig;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whether and how a fine-tuning learns changes of low rank, which are saved as a PEFT adapter. */
final class LoraOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--lora",
            paramLabel = "RANK",
            description = "Learn changes of this rank (LoRA) instead of all weights; a PEFT adapter is saved.")
    private Optional<Integer> rank;

    @Option(
            names = "--lora-alpha",
            paramLabel = "A",
            description = "Changes are multiplied by A / RANK (default: twice the rank).")
    private Optional<Double> alpha;

    @Option(
            names = "--lora-dropout",
            paramLabel = "P",
            description = "Part of a change's inputs that training leaves out (default 0).")
    private Optional<Double> dropout;

    @Option(
            names = "--lora-targets",
            paramLabel = "NAME",
            split = ",",
            description = "Layers to change, by the ends of their names, such as query,value (default: all linear ones"
                    + " but the head).")
    private List<String> targets = List.of();

    @Option(names = "--lora-bias", description = "Biases that learn too: ${COMPLETION-CANDIDATES} (default NONE).")
    private Optional<LoraBias> bias;

    /** The changes that learn; none if all weights do. */
    Optional<LoraConfig> config() {
        boolean others = alpha.isPresent() || dropout.isPresent() || !targets.isEmpty() || bias.isPresent();
        WrongCommandLine.unless(rank.isPresent() || !others, spec, "give --lora RANK with the other --lora options");
        try {
            return rank.map(number -> LoraConfig.ofRank(
                            number,
                            targets.isEmpty() ? new String[] {LoraConfig.ALL_LINEAR} : targets.toArray(String[]::new))
                    .withAlpha(alpha.orElse(2.0 * number))
                    .withDropout(dropout.orElse(0.0))
                    .withBias(bias.orElse(LoraBias.NONE)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
