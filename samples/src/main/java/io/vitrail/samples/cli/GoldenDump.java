package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.verify.Verification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Collects what a case's calls gave and writes it as OUT/FAMILY/CASE.safetensors and .json; of two paths, the last. */
final class GoldenDump implements Verification.Listener {
    private final Optional<Path> folder;
    private final Map<String, GoldenTensor> tensors = new LinkedHashMap<>();
    private final ObjectNode values = Output.object();
    private String family = "";
    private String name = "";

    GoldenDump(Optional<Path> folder) {
        this.folder = folder;
    }

    @Override
    public void computed(GoldenCase golden, GoldenCall call, GoldenReplayer.Path path, Replayed replayed) {
        family = plain(golden.family());
        name = plain(golden.name());
        call.outputs().forEach((key, tensor) -> {
            if (replayed.tensors().containsKey(key)) {
                tensors.put(tensor, replayed.tensors().get(key));
            }
        });
        ObjectNode ofCall = values.putObject(call.name());
        replayed.values().forEach(ofCall::set);
    }

    /** The names come from a file: they must not lead out of the folder. */
    private static String plain(String part) {
        Check.that(part.matches("\\w[\\w.-]*"), "'%s' is no plain name of a family or case.", part);
        return part;
    }

    void write() {
        if (folder.isEmpty() || name.isEmpty()) {
            return;
        }
        try {
            Path parent = Files.createDirectories(folder.get().resolve(family));
            GoldenTensor.write(parent.resolve(name + ".safetensors"), tensors);
            new ObjectMapper().writeValue(parent.resolve(name + ".json").toFile(), values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
