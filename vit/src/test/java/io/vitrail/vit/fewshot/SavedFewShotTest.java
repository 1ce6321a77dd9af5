package io.vitrail.vit.fewshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of strangers: refused with the file and the key, never with something else. */
class SavedFewShotTest {
    private static final Embedding A = new Embedding(new float[] {0.6f, 0.8f, 0});
    private static final Embedding B = new Embedding(new float[] {0, 0.6f, 0.8f});
    private static final Examples EXAMPLES =
            Examples.NONE.with("ä\"1", List.of(A, A)).with("b", List.of(B));
    private static final NamedFeatures FEATURES = new NamedFeatures(new NameVectors(List.of(A, B), 10));

    @TempDir
    private Path folder;

    @BeforeEach
    void save() {
        FewShotClassifier.learn(FEATURES, EXAMPLES, TipAdapter.DEFAULT).save(folder);
    }

    private Path description() {
        return folder.resolve("few-shot.json");
    }

    private Path tensors() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void namesCountsAndSettingsComeBack() {
        SavedFewShot saved = SavedFewShot.read(folder);
        assertThat(saved.examples()).isEqualTo(EXAMPLES);
        assertThat(saved.method()).isEqualTo(new TipAdapter(1, 5.5));
        assertThat(saved.model()).isEqualTo(FEATURES.identity());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "few-shot 1 | few-shot 9 | 'format'",
                "\"tip\" | \"top\" | 'method.name'",
                "5.5 | -1 | 'method.alpha'",
                "5.5 | \"x\" | 'method.beta'",
                "\"fingerprint\" : \" | \"fingerprint\" : 3, \"x\" : \" | 'model.fingerprint'",
                "\"tensors\" : \" | \"tensors\" : \"../ | 'tensors'",
                "[ 2, 1 ] | [ 2, 2 ] | 2 classes with 4 examples are named, 2 counts and 3 examples are there.",
                "[ 2, 1 ] | [ 4, -1 ] | 2 classes with 3 examples are named",
                "[ 2, 1 ] | 3 | 'examples'",
                ", \"b\" | , \"ä\\\"1\" | is named twice",
                ", \"b\" | , \"\" | A class's name has 1 to 200 characters",
                "\"classes\" | \"method\" | damaged",
                "\"classes\" | \"templates\" : [\"a thing\"], \"classes\" | 'templates'",
                "\"classes\" | \"templates\" : [\"{} {}\"], \"classes\" | 'templates'",
                "\"classes\" | \"templates\" : \"{}\", \"classes\" | 'templates'",
            })
    void aChangedDescriptionIsRefused(String from, String to, String told) throws IOException {
        String json = Files.readString(description());
        assertThat(json).contains(from);
        Files.writeString(description(), json.replace(from, to));
        assertThatThrownBy(() -> FewShotClassifier.load(folder, FEATURES))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(told)
                .hasMessageContaining("file: " + folder);
    }

    /** Names that are added go into the same sentences. */
    @Test
    void theSentencesOfNamesBelongToWhatReadsThem() {
        NamedFeatures things = new NamedFeatures(FEATURES.vectors(), List.of("a {} thing", "a {}"));
        FewShotClassifier.learn(things, EXAMPLES, TipAdapter.DEFAULT).save(folder);
        assertThat(FewShotClassifier.templatesOf(folder)).isEqualTo(things.templates());
        assertThat(FewShotClassifier.load(folder, things).classes()).hasSize(2);
        assertThatThrownBy(() -> FewShotClassifier.load(folder, FEATURES))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(
                        "The classes' names were learned in the sentences [a {} thing, a {}], not in [].");
        FewShotClassifier.learn(things, EXAMPLES, new NearestMean()).save(folder);
        assertThat(FewShotClassifier.templatesOf(folder)).isEmpty();
        assertThat(FewShotClassifier.load(folder, FEATURES).classes()).hasSize(2);
    }

    @Test
    void everyChangedByteOfTheNumbersIsNoticed() throws IOException {
        byte[] bytes = Files.readAllBytes(tensors());
        Random random = new Random(1);
        for (int i = 0; i < bytes.length; i += 3) {
            byte[] changed = bytes.clone();
            changed[i] ^= (byte) (1 + random.nextInt(255));
            Files.write(tensors(), changed);
            assertThatThrownBy(() -> FewShotClassifier.load(folder, FEATURES)).isInstanceOf(CheckpointException.class);
        }
    }

    @Test
    void missingFilesAreNamed() throws IOException {
        Path tensors = tensors();
        Files.delete(tensors);
        assertThatThrownBy(() -> FewShotClassifier.load(folder, FEATURES))
                .hasMessage("The file isn't there.\n  file: " + tensors + "\n  try:  learn the classes again, and save"
                        + " them.");
        Files.delete(description());
        assertThatThrownBy(() -> FewShotClassifier.load(folder, FEATURES))
                .hasMessageStartingWith("The file does not exist.\n  file: " + description());
    }

    /** A writer that stops before the description has changed leaves what was there; other files stay. */
    @Test
    void whatWasSavedStaysUntilAllIsWritten() throws IOException {
        Files.writeString(folder.resolve("notes.txt"), "mine");
        String before = Files.readString(description());
        Path tensors = tensors();
        byte[] numbers = Files.readAllBytes(tensors);
        FewShotClassifier.learn(FEATURES, EXAMPLES.with("b", List.of(A)), TipAdapter.DEFAULT)
                .save(folder);
        assertThat(tensors).doesNotExist();
        assertThat(folder.resolve("notes.txt")).hasContent("mine");
        Files.write(tensors, numbers);
        Files.writeString(description(), before);
        assertThat(SavedFewShot.read(folder).examples()).isEqualTo(EXAMPLES);
    }

    @Test
    void aFolderThatCannotBeMadeIsTold() {
        Path file = description().resolve("within");
        assertThatThrownBy(() -> FewShotClassifier.learn(FEATURES, EXAMPLES, TipAdapter.DEFAULT)
                        .save(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The classes can't be saved: ")
                .hasMessageContaining("file: " + file);
    }
}
