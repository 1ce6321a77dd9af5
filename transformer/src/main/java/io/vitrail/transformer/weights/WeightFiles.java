package io.vitrail.transformer.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the weights in a checkpoint's folder, in the order in which transformers looks for them, then open_clip's. */
final class WeightFiles {
    private static final String INDEX = ".index.json";
    private static final List<String> LOOKED_FOR = List.of(
            "model.safetensors",
            "model.safetensors" + INDEX,
            "pytorch_model.bin",
            "pytorch_model.bin" + INDEX,
            Checkpoint.OPEN_CLIP + "_model.safetensors",
            Checkpoint.OPEN_CLIP + "_pytorch_model.bin");
    private static final List<String> OTHER_LIBRARIES = List.of(
            "tf_model.h5",
            "tf_model.h5" + INDEX,
            "model.ckpt.index",
            "flax_model.msgpack",
            "flax_model.msgpack" + INDEX);
    private static final int MOST_LISTED = 20;

    private WeightFiles() {}

    static TensorFile open(Path folderOrFile) {
        if (Files.isDirectory(folderOrFile)) {
            return openFile(find(folderOrFile));
        }
        if (!Files.exists(folderOrFile)) {
            throw CheckpointException.of(
                    "The folder of the checkpoint does not exist.",
                    folderOrFile,
                    "check the path; it must lead to a folder with config.json and weights.");
        }
        return openFile(folderOrFile);
    }

    private static TensorFile openFile(Path file) {
        return file.toString().endsWith(INDEX) ? ShardedTensors.open(file) : TensorFile.open(file);
    }

    private static Path find(Path folder) {
        return in(folder).orElseThrow(() -> nothingIn(folder));
    }

    static Optional<Path> in(Path folder) {
        return LOOKED_FOR.stream().map(folder::resolve).filter(Files::exists).findFirst();
    }

    private static CheckpointException nothingIn(Path folder) {
        List<String> foreign = OTHER_LIBRARIES.stream()
                .filter(name -> Files.exists(folder.resolve(name)))
                .toList();
        if (!foreign.isEmpty()) {
            String what = "The folder only holds weights of TensorFlow or Flax: " + String.join(", ", foreign) + ".";
            String remedy = "convert them in Python: from_pretrained(folder, from_tf=True or from_flax=True), then"
                    + " save_pretrained(folder).";
            return CheckpointException.of(what, folder, remedy);
        }
        String what = "The folder holds no weights. Looked for " + String.join(", ", LOOKED_FOR) + "; there is "
                + listing(folder) + ".";
        return CheckpointException.of(what, folder, "download the weights into it, or give the path of their file.");
    }

    private static String listing(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            String names = files.map(file -> file.getFileName().toString())
                    .limit(MOST_LISTED)
                    .sorted()
                    .collect(Collectors.joining(", "));
            return names.isEmpty() ? "nothing" : names;
        } catch (IOException e) {
            return "no permission to list it";
        }
    }
}
