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
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Collects what a case's calls gave and writes it as OUT/FAMILY/CASE.safetensors and .json; of two paths, the last. */
final class GoldenDump implements Verification.Listener {
    private final Path folder;
    private final String name;
    private final Map<String, GoldenTensor> tensors = new LinkedHashMap<>();
    private final ObjectNode values = Output.object();

    /** @throws IllegalArgumentException if files can't be named like the case */
    GoldenDump(Path out, GoldenCase golden) {
        folder = out.resolve(plain(golden.family()));
        name = plain(golden.name());
    }

    @Override
    public void computed(GoldenCase golden, GoldenCall call, GoldenReplayer.Path path, Replayed replayed) {
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
        Check.that(
                part.matches("\\w[\\w.-]*"),
                "--dump can't name a file '%s', as golden.json names its family or case: a name has letters, digits,"
                        + " '_', '-' and '.' only.",
                part);
        return part;
    }

    void write() {
        try {
            Files.createDirectories(folder);
            GoldenTensor.write(folder.resolve(name + ".safetensors"), tensors);
            new ObjectMapper().writeValue(folder.resolve(name + ".json").toFile(), values);
        } catch (IOException e) {
            throw CheckpointException.of(
                    "What was computed can't be written: " + e, folder, "make room there, or --dump elsewhere.", e);
        }
    }
}
