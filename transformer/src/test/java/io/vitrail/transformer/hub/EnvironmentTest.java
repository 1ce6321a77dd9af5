package io.vitrail.transformer.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compared with huggingface_hub.constants 0.36.2 for the same variables; it differs for one that is set to nothing,
 * which Python takes for the working folder.
 */
class EnvironmentTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "/h/.cache/huggingface/hub, '', ''",
        "/x/huggingface/hub, XDG_CACHE_HOME=/x, ''",
        "/hf/hub, HF_HOME=/hf, XDG_CACHE_HOME=/x",
        "/old, HUGGINGFACE_HUB_CACHE=/old, HF_HOME=/hf",
        "/new, HF_HUB_CACHE=/new, HUGGINGFACE_HUB_CACHE=/old",
        "/h/models, HF_HUB_CACHE=~/models, ''",
        "/h, HF_HUB_CACHE=~, ''",
        "/~/models, HF_HUB_CACHE=/~/models, ''",
        "/d/models, HF_HUB_CACHE=$DISK/models, DISK=/d",
        "/d1/hub, HF_HOME=${DISK}1, DISK=/d",
        "/$NONE/${NO}/hub, HF_HOME=/$NONE/${NO}, ''",
        "/h/.cache/huggingface/hub, HF_HOME=, HF_HUB_CACHE="
    })
    void findsTheCacheWherePythonHasIt(String expected, String first, String second) {
        assertThat(environment(first, second).cache()).isEqualTo(Path.of(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "/h/.cache/huggingface/token, '', ''",
        "/hf/token, HF_HOME=/hf, HF_HUB_CACHE=/new",
        "/t/mine, HF_TOKEN_PATH=/t/mine, HF_HOME=/hf",
        "/h/mine, HF_TOKEN_PATH=~/mine, ''"
    })
    void findsTheTokensFileWherePythonHasIt(String expected, String first, String second) {
        assertThat(environment(first, second).tokenFile()).isEqualTo(Path.of(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "true, HF_HUB_OFFLINE=1, ''",
        "true, HF_HUB_OFFLINE=on, ''",
        "true, HF_HUB_OFFLINE=YES, ''",
        "true, HF_HUB_OFFLINE=True, ''",
        "true, TRANSFORMERS_OFFLINE=1, ''",
        "true, HF_HUB_OFFLINE=, TRANSFORMERS_OFFLINE=1",
        "false, HF_HUB_OFFLINE=0, TRANSFORMERS_OFFLINE=1",
        "false, HF_HUB_OFFLINE=y, ''",
        "false, '', ''"
    })
    void knowsWhetherItIsOffline(boolean expected, String first, String second) {
        assertThat(settings(first, second).offline()).isEqualTo(expected);
    }

    @Test
    void takesTheTokenFromTheVariableOrElseTheFile() {
        Path file = HubFixture.write(folder.resolve("token"), " hf_file\r\n".getBytes(StandardCharsets.UTF_8));
        String path = "HF_TOKEN_PATH=" + file;
        assertThat(environment(path).token()).contains("hf_file");
        assertThat(environment("HF_TOKEN= hf_new\n", path).token()).contains("hf_new");
        assertThat(environment("HUGGING_FACE_HUB_TOKEN=hf_old", path).token()).contains("hf_old");
        assertThat(environment("HF_TOKEN=", path).token()).contains("hf_file");
        assertThat(environment("HF_TOKEN=hf_new", "HF_HUB_DISABLE_IMPLICIT_TOKEN=1")
                        .token())
                .isEmpty();
        assertThat(environment("HF_TOKEN_PATH=" + folder.resolve("none")).token())
                .isEmpty();
        assertThat(environment("HF_TOKEN_PATH=" + folder).token()).isEmpty();
        HubFixture.write(file, new byte[] {'\n'});
        assertThat(environment(path).token()).isEmpty();
    }

    @Test
    void takesTimeoutsInSeconds() {
        HubSettings settings = settings("HF_HUB_ETAG_TIMEOUT=3", "HF_HUB_DOWNLOAD_TIMEOUT=0");
        assertThat(settings.metadataTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(settings.downloadTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThatThrownBy(() -> settings("HF_HUB_ETAG_TIMEOUT=soon"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("HF_HUB_ETAG_TIMEOUT must be a whole number of seconds, not 'soon'.");
    }

    @ParameterizedTest
    @CsvSource({
        "https://huggingface.co, ''",
        "https://mirror.example, HF_ENDPOINT=https://mirror.example/",
        "http://127.0.0.1:8080/hub/a, HF_ENDPOINT=http://127.0.0.1:8080/hub/a//"
    })
    void takesTheEndpoint(URI expected, String variable) {
        assertThat(settings(variable).endpoint()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "huggingface.co",
                "ftp://huggingface.co",
                "file:///etc",
                "https://user:password@huggingface.co",
                "https://huggingface.co?x",
                "https://",
                "https://a b"
            })
    void refusesWhatIsNoHub(String endpoint) {
        assertThatThrownBy(() -> settings("HF_ENDPOINT=" + endpoint))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\n  try:  HF_ENDPOINT as in https://huggingface.co.");
    }

    @Test
    void refusesATokenThatNoHeaderCanHold() {
        assertThatThrownBy(() -> settings("HF_TOKEN=hf a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("HF_TOKEN")
                .hasMessageNotContaining("hf a");
    }

    @Test
    void doesNotShowTheToken() {
        assertThat(settings("HF_TOKEN=hf_secret"))
                .asString()
                .contains("token=set")
                .doesNotContain("secret");
    }

    @Test
    void theBuilderChangesWhatTheEnvironmentSays() {
        HubSettings settings = new HubSettings.Builder(environment("HF_TOKEN=hf_a", "HF_HOME=/a"))
                .cache(folder)
                .endpoint("https://mirror.example/")
                .token("")
                .offline(true)
                .timeouts(Duration.ofSeconds(1), Duration.ofSeconds(2))
                .retries(7, Duration.ofSeconds(3), Duration.ofSeconds(4))
                .certificates(folder.resolve("ca.pem"))
                .build();
        assertThat(settings.cache()).isEqualTo(folder);
        assertThat(settings.endpoint()).hasToString("https://mirror.example");
        assertThat(settings.token()).isEmpty();
        assertThat(settings.offline()).isTrue();
        assertThat(settings.metadataTimeout()).hasSeconds(1);
        assertThat(settings.downloadTimeout()).hasSeconds(2);
        assertThat(settings.retries()).isEqualTo(7);
        assertThat(settings.firstWait()).hasSeconds(3);
        assertThat(settings.longestWait()).hasSeconds(4);
        assertThat(settings.certificates()).contains(folder.resolve("ca.pem"));
    }

    private static HubSettings settings(String... variables) {
        return new HubSettings.Builder(environment(variables)).build();
    }

    private static Environment environment(String... variables) {
        Map<String, String> map = new HashMap<>();
        for (String variable : variables) {
            if (!variable.isEmpty()) {
                int equals = variable.indexOf('=');
                map.put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        return new Environment(map, "/h");
    }
}
