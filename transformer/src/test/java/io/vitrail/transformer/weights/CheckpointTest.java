package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
    private static final String ONE = "{\"%s\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}";

    @TempDir
    private Path folder;

    /** The tolerance is what rounding a weight below 8 costs at most in the stored type. */
    @ParameterizedTest
    @CsvSource({
        "stored_sharded, 0, 96276", "stored_pickle, 0, 96276", "stored_pickle_legacy, 0, 96276",
        "stored_pickle_sharded, 0, 96276", "stored_float16, 2e-3, 48138", "stored_bfloat16, 2e-2, 48138"
    })
    void holdsTheSameWeightsHoweverTheyAreStored(String recorded, float tolerance, long bytes) {
        try (Checkpoint expected = Checkpoint.open(Fixtures.recorded("classification"));
                Checkpoint checkpoint = Checkpoint.open(Fixtures.recorded(recorded))) {
            assertThat(checkpoint.config()).isEqualTo(expected.config());
            assertThat(checkpoint.names()).containsExactlyInAnyOrderElementsOf(expected.names());
            assertThat(checkpoint.bytes()).isEqualTo(bytes);
            for (String name : expected.names()) {
                assertThat(checkpoint.tensor(name).shape())
                        .isEqualTo(expected.tensor(name).shape());
                assertThat(checkpoint.tensor(name).floats())
                        .usingComparatorWithPrecision(tolerance)
                        .containsExactly(expected.tensor(name).floats());
            }
        }
    }

    @Test
    void knowsItsFolderConfigAndBase() {
        try (Checkpoint checkpoint = Checkpoint.open(Fixtures.recorded("stored_sharded"))) {
            assertThat(checkpoint.folder()).isEqualTo(Fixtures.recorded("stored_sharded"));
            assertThat(checkpoint.file().getFileName()).hasToString("model.safetensors.index.json");
            assertThat(checkpoint.config().get("model_type").asText()).isEqualTo("vit");
            assertThat(checkpoint.config()).isSameAs(checkpoint.config());
            assertThat(checkpoint.base("vit")).isEqualTo("vit");
            assertThat(checkpoint.base("vi")).isEmpty();
            assertThat(checkpoint.has("classifier.bias")).isTrue();
            assertThat(checkpoint.has("classifier")).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stored_float16/model.safetensors",
                "stored_sharded/model.safetensors.index.json",
                "stored_pickle/pytorch_model.bin",
                "stored_pickle_sharded/pytorch_model.bin.index.json"
            })
    void opensTheFileOfTheWeights(String file) {
        try (Checkpoint checkpoint = Checkpoint.open(Fixtures.recorded(file))) {
            assertThat(checkpoint.folder()).isEqualTo(Fixtures.recorded(file).getParent());
            assertThat(checkpoint.names()).hasSize(40);
        }
    }

    @Test
    void prefersSafetensorsToItsIndexToAPickle() {
        write("pytorch_model.bin", Fixtures.zipped("\u0080\2}.", Map.of()));
        assertThat(openedFile()).isEqualTo("pytorch_model.bin");
        write("model.safetensors.index.json", Fixtures.bytes("{\"weight_map\":{}}"));
        assertThat(openedFile()).isEqualTo("model.safetensors.index.json");
        write("model.safetensors", Fixtures.safeTensors("{}", 0));
        assertThat(openedFile()).isEqualTo("model.safetensors");
    }

    @Test
    void openClipsWeightsComeLastAndWithTheirOwnConfig() {
        write("open_clip_pytorch_model.bin", Fixtures.zipped("\u0080\2}.", Map.of()));
        assertThat(openedFile()).isEqualTo("open_clip_pytorch_model.bin");
        write("open_clip_model.safetensors", Fixtures.safeTensors("{}", 0));
        assertThat(openedFile()).isEqualTo("open_clip_model.safetensors");
        write("config.json", Fixtures.bytes("{\"model_type\":\"clip\"}"));
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThatThrownBy(checkpoint::config)
                    .hasMessageStartingWith("The checkpoint has no open_clip_config.json, which describes the model.");
            write("open_clip_config.json", Fixtures.bytes("{\"model_cfg\":{}}"));
            assertThat(checkpoint.config().has("model_cfg")).isTrue();
        }
        write("pytorch_model.bin", Fixtures.zipped("\u0080\2}.", Map.of()));
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThat(checkpoint.config().path("model_type").asText()).isEqualTo("clip");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bert.LayerNorm.gamma, bert.LayerNorm.weight",
        "bert.LayerNorm.beta, bert.LayerNorm.bias",
        "conv.weight_g, conv.parametrizations.weight.original0",
        "conv.weight_v, conv.parametrizations.weight.original1",
        "layer.gamma, layer.gamma",
        "norm.beta, norm.beta"
    })
    void translatesNamesOfOlderLibraries(String stored, String modern) {
        write("model.safetensors", Fixtures.safeTensors(String.format(ONE, stored), 1));
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThat(checkpoint.names()).containsExactly(modern);
            assertThat(checkpoint.tensor(modern).name()).isEqualTo(stored);
        }
    }

    @Test
    void twoNamesOfOneWeightAreRefused() {
        String header = "{'LayerNorm.gamma':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},"
                + "'LayerNorm.weight':{'dtype':'U8','shape':[1],'data_offsets':[1,2]}}";
        write("model.safetensors", Fixtures.safeTensors(header.replace('\'', '"'), 2));
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("'LayerNorm.gamma' and 'LayerNorm.weight' are two names of one weight.");
    }

    @Test
    void missingThingsAreNamed() {
        assertThatThrownBy(() -> Checkpoint.open(folder.resolve("none")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The folder of the checkpoint does not exist.\n  file: " + folder);
        assertThatThrownBy(() -> Checkpoint.open(folder)).hasMessageContaining("there is nothing.");
        write("vocab.txt", new byte[0]);
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The folder holds no weights. Looked for model.safetensors,"
                        + " model.safetensors.index.json, pytorch_model.bin, pytorch_model.bin.index.json,"
                        + " open_clip_model.safetensors, open_clip_pytorch_model.bin; there is vocab.txt.");
        write("model.safetensors", Fixtures.safeTensors("{}", 0));
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThatThrownBy(checkpoint::config)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith("The checkpoint has no config.json, which describes the model.");
            assertThatThrownBy(() -> checkpoint.tensor("x"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("There is no weight 'x' among the 0 of ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tf_model.h5", "flax_model.msgpack"})
    void weightsOfOtherLibrariesAreNamed(String file) {
        write(file, new byte[1]);
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The folder only holds weights of TensorFlow or Flax: " + file + ".")
                .hasMessageContaining("convert them in Python");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../model.safetensors",
                "/etc/model.safetensors",
                "a/b.safetensors",
                "a\\\\b.safetensors",
                "C:b.safetensors",
                "..",
                "",
                "model.safetensors\\u0000.bin",
                "mod\\u00e8le.safetensors",
                "passwd"
            })
    void anIndexCannotLeadOutOfItsFolder(String file) {
        write("model.safetensors.index.json", Fixtures.bytes("{\"weight_map\":{\"x\":\"" + file + "\"}}"));
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("which is no plain name of a weights file.");
    }

    @Test
    void anIndexHasToTellTheTruth() {
        write("a.safetensors", Fixtures.safeTensors(String.format(ONE, "x"), 1));
        String map = "{\"weight_map\":{\"x\":\"a.safetensors\",\"y\":\"a.safetensors\",\"z\":\"b.safetensors\"}}";
        write("model.safetensors.index.json", Fixtures.bytes(map));
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThat(checkpoint.tensor("x").bytes()).isEqualTo(1);
            assertThatThrownBy(() -> checkpoint.tensor("y"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith("The index promises tensor 'y' in 'a.safetensors', which lacks it.");
            assertThatThrownBy(() -> checkpoint.tensor("z"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith("The file does not exist.\n  file: " + folder.resolve("b.safetensors"));
        }
        write("model.safetensors.index.json", Fixtures.bytes("{}"));
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .hasMessageStartingWith("The index has no object 'weight_map'.");
    }

    private String openedFile() {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return checkpoint.file().getFileName().toString();
        }
    }

    private void write(String name, byte[] bytes) {
        Fixtures.write(folder.resolve(name), bytes);
    }
}
