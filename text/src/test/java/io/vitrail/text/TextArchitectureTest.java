package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a checkpoint is said to serve. */
class TextArchitectureTest {
    @TempDir
    private Path folder;

    private List<String> tasks(String config) throws IOException {
        Files.writeString(folder.resolve("config.json"), config.replace('\'', '"'));
        return TextModelDescription.of(folder).architecture().orElseThrow().tasks();
    }

    @Test
    void theTasksAreThoseOfTheCommandLine() throws IOException {
        assertThat(tasks("{'model_type': 'bert', 'architectures': ['BertForMaskedLM'], 'num_hidden_layers': 1}"))
                .containsExactly("fill-mask", "embed");
        assertThat(tasks("{'model_type': 'gpt2', 'architectures': ['GPT2LMHeadModel'], 'n_layer': 1}"))
                .containsExactly("generate");
        assertThat(tasks("{'model_type': 't5', 'architectures': ['T5EncoderModel'], 'num_layers': 1}"))
                .containsExactly("embed");
        assertThat(tasks("{'model_type': 'clip_text_model', 'architectures': ['CLIPTextModelWithProjection'],"
                        + " 'num_hidden_layers': 1}"))
                .containsExactly("embed");
    }

    @Test
    void transformerXlHasNoTokenizerAndNoCommand() throws IOException {
        Path model = Goldens.folder("transfo_xl/base");
        Files.copy(model.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        assertThat(tasks(Files.readString(model.resolve("config.json")))).isEmpty();
        assertThat(TextModelDescription.of(folder).problems())
                .singleElement()
                .asString()
                .contains("Transformer-XL has no tokenizer here", "give ids to a SegmentReader");
    }
}
