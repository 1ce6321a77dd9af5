package io.vitrail.transformer.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelNameTest {
    @ParameterizedTest
    @CsvSource({
        "google/vit-base-patch16-224, google/vit-base-patch16-224, main",
        "gpt2, gpt2, main",
        "a/b@v1.0, a/b, v1.0",
        "a/b@refs/pr/7, a/b, refs/pr/7",
        "a/b@feature@home, a/b, feature@home",
        "123, 123, main",
        "Foo-BAR_foo.bar123, Foo-BAR_foo.bar123, main",
        "_a/b_, _a/b_, main"
    })
    void readsNameAndRevision(String text, String repository, String revision) {
        assertThat(ModelName.parse(text)).isEqualTo(new ModelName(repository, revision));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "a/",
                "/a",
                "a/b/c",
                "datasets/foo/bar",
                "..",
                "../a",
                "a/..",
                "a..b",
                "a--b",
                ".a",
                "a.",
                "-a",
                "a-",
                "a.git",
                "a b",
                "a\\b",
                "a%2fb",
                "a?b",
                "a#b",
                "a\nb",
                "äpfel",
                "https://huggingface.co/gpt2"
            })
    void refusesWhatIsNoName(String text) {
        assertThatThrownBy(() -> ModelName.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no name of a model on the hub.")
                .hasMessageContaining("try:");
    }

    @Test
    void refusesNamesThatAreTooLong() {
        assertThat(ModelName.parse("a".repeat(96)).repository()).hasSize(96);
        assertThatThrownBy(() -> ModelName.parse("a".repeat(97))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "..", "../x", "a/../b", "/a", "a/", "a//b", "a b", "a\\b", "a:b", "a?b", "a\u0000", "a."})
    void refusesWhatIsNoRevision(String revision) {
        assertThatThrownBy(() -> ModelName.parse("a/b@" + revision))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no revision of a model.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", ".gitattributes", "a/b/c.bin", "sub dir/köln.bin"})
    void knowsFilesThatStayInTheirFolder(String file) {
        assertThat(ModelName.isFile(file)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", ".", "..", "../a", "a/../b", "a/..", "/a", "a//b", "a/", "a\\b", "C:a", "a\n", "a ", "a.", "a*"
            })
    void refusesFilesThatCouldLeadElsewhere(String file) {
        assertThatThrownBy(() -> NeededFiles.oneOf(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no name of a file in a repository.");
    }

    @Test
    void tellsAWholeCommitFromABranch() {
        assertThat(new ModelName("a/b", "0123456789abcdef0123456789abcdef01234567").isPinned())
                .isTrue();
        assertThat(new ModelName("a/b", "0123456789abcdef").isPinned()).isFalse();
        assertThat(new ModelName("a/b", "0123456789ABCDEF0123456789ABCDEF01234567").isPinned())
                .isFalse();
    }

    @Test
    void isShownAsItIsWritten() {
        assertThat(ModelName.parse("a/b")).hasToString("a/b");
        assertThat(ModelName.parse("a/b@v1")).hasToString("a/b@v1");
    }
}
