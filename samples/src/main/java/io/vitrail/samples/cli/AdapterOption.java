package io.vitrail.samples.cli;

import io.vitrail.text.SoftPrompt;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.vit.EmbeddedCheckpoint;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** Which adapter changes the model, if one does. */
final class AdapterOption {
    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "Folder of a PEFT adapter (LoRA), which is merged into the model, or of a soft prompt.")
    private Optional<Path> folder;

    /** The adapter, read. */
    Optional<PeftAdapter> read() {
        return folder.map(PeftAdapter::read);
    }

    /** Loads a checkpoint's folder with an adapter merged into the weights. */
    @FunctionalInterface
    interface Merging<T> {
        T load(Path folder, PeftAdapter adapter, Compute compute);
    }

    /** How a checkpoint's folder is loaded: plainly, or with the adapter. */
    <T> BiFunction<Path, Compute, T> over(BiFunction<Path, Compute, T> plain, Merging<T> merging) {
        return read().<BiFunction<Path, Compute, T>>map(
                        peft -> (folder, compute) -> merging.load(folder, peft, compute))
                .orElse(plain);
    }

    /** How an embedded model is loaded: plainly, or with the adapter. */
    <T> Function<Compute, T> over(
            Function<Compute, T> plain, Supplier<EmbeddedCheckpoint> embedded, Merging<T> merging) {
        return read().<Function<Compute, T>>map(peft -> compute -> {
                    try (EmbeddedCheckpoint files = embedded.get()) {
                        return merging.load(files.folder(), peft, compute);
                    }
                })
                .orElse(plain);
    }

    /** The adapter as a soft prompt, if it is one. */
    Optional<SoftPrompt> prompt() {
        return folder.filter(SoftPrompt::isIn).map(SoftPrompt::read);
    }
}
