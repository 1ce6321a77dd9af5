package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.Mutants;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damages small valid files: whatever is left can be read, or is refused; nothing else happens. */
class FuzzTest {
    private static final int ROUNDS = Mutants.count(1000);
    private static final String HEADER =
            "{'__metadata__':{'format':'pt'},'a':{'dtype':'F32','shape':[2,3],'data_offsets':[0,24]},"
                    + "'b':{'dtype':'I64','shape':[1],'data_offsets':[24,32]}}";
    private static final String INDEX = "{'metadata':{'total_size':32},"
            + "'weight_map':{'a':'model-00001-of-00002.safetensors','b':'model-00002-of-00002.safetensors'}}";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"views.bin", "nested.bin", "views_legacy.bin"})
    void damagedPicklesAreReadOrRefused(String name) throws IOException {
        byte[] valid = Fixtures.read(Fixtures.recorded("pickles/" + name));
        assertReadOrRefused("pytorch_model.bin", seed -> Mutants.ofBytes(valid, seed));
    }

    @Test
    void damagedSafetensorsAreReadOrRefused() throws IOException {
        byte[] valid = Fixtures.safeTensors(HEADER.replace('\'', '"'), 32);
        assertReadOrRefused("model.safetensors", seed -> Mutants.ofBytes(valid, seed));
    }

    @Test
    void otherHeadersOfSafetensorsAreReadOrRefused() throws IOException {
        JsonNode valid = json(HEADER);
        assertReadOrRefused("model.safetensors", seed -> Fixtures.safeTensors(Mutants.ofJson(valid, seed), 32));
    }

    @Test
    void otherIndexesAreReadOrRefused() throws IOException {
        JsonNode header = json(HEADER);
        for (String shard : new String[] {"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"}) {
            Fixtures.write(folder.resolve(shard), Fixtures.safeTensors(header.toString(), 32));
        }
        JsonNode valid = json(INDEX);
        assertReadOrRefused("model.safetensors.index.json", seed -> Mutants.ofJson(valid, seed));
    }

    @Test
    void otherConfigsAreReadOrRefused() throws IOException {
        Fixtures.write(folder.resolve("model.safetensors"), Fixtures.safeTensors(HEADER.replace('\'', '"'), 32));
        JsonNode valid = json("{'model_type':'vit','image_size':[32,32],'layer_norm_eps':1e-12,'qkv_bias':true,"
                + "'text_config':{'depths':[2,2]},'id2label':{'0':'cat'},'hidden_act':'gelu'}");
        int refused = tried("config.json", seed -> Mutants.ofJson(valid, seed), () -> {
            try (Checkpoint checkpoint = Checkpoint.open(folder)) {
                ConfigJson config = ConfigJson.of(checkpoint);
                config.text("model_type", "");
                config.text("hidden_act", "");
                config.pair("image_size", 1);
                config.number("layer_norm_eps", 1);
                config.integers("depths", 1);
            }
        });
        assertThat(refused).isLessThan(ROUNDS);
    }

    private void assertReadOrRefused(String name, LongFunction<byte[]> mutants) throws IOException {
        int refused = tried(name, mutants, () -> read(folder.resolve(name)));
        assertThat(refused).isBetween(ROUNDS / 50, ROUNDS - 1);
    }

    /** How many of the mutants were refused. */
    private int tried(String name, LongFunction<byte[]> mutants, Runnable use) throws IOException {
        try (FileChannel channel =
                FileChannel.open(folder.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            return Mutants.refused(
                    ROUNDS,
                    mutants,
                    Duration.ofSeconds(2),
                    e -> e instanceof CheckpointException || e instanceof IllegalArgumentException,
                    mutant -> {
                        channel.truncate(mutant.length).write(ByteBuffer.wrap(mutant), 0); // faster than a new file
                        use.run();
                    });
        }
    }

    private static void read(Path file) {
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            for (String name : checkpoint.names()) {
                StoredTensor tensor = checkpoint.tensor(name);
                assertThat((long) tensor.buffer().remaining()).isEqualTo(tensor.bytes());
            }
        }
    }

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text.replace('\'', '"'));
    }
}
