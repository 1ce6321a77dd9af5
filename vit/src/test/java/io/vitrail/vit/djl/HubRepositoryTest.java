package io.vitrail.vit.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.repository.Artifact;
import ai.djl.repository.MRL;
import ai.djl.repository.Repository;
import io.vitrail.transformer.hub.Hub;
import io.vitrail.transformer.hub.HubException;
import io.vitrail.transformer.hub.HubSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubRepositoryTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    private Path cache;

    @Test
    void anAddressWithOrganisationAndNameIsTheHubs() {
        Repository repository = Repository.newInstance("x", "vitrail://google/vit-base-patch16-224@main?topK=3");
        assertThat(repository).isInstanceOf(HubRepository.class);
        assertThat(repository.getResources()).hasSize(1);
    }

    @Test
    void itsFolderIsThatOfTheHubsCache() throws IOException {
        Path model = cache.resolve("models--some--model");
        Path snapshot = Files.createDirectories(model.resolve("snapshots/" + COMMIT));
        for (String file : List.of("config.json", "preprocessor_config.json", "model.safetensors")) {
            Files.writeString(snapshot.resolve(file), "{}");
        }
        Files.writeString(Files.createDirectories(model.resolve("refs")).resolve("main"), COMMIT);
        HubRepository repository = repository();
        MRL resource = repository.getResources().get(0);
        Artifact artifact = resource.getDefaultArtifact();
        repository.prepare(artifact);
        assertThat(artifact.getName()).isEqualTo("model");
        assertThat(repository.getResourceDirectory(artifact)).isEqualTo(snapshot);
    }

    @Test
    void whatTheHubSaysIsTheError() throws IOException {
        HubRepository repository = repository();
        Artifact artifact = repository.getResources().get(0).getDefaultArtifact();
        assertThatThrownBy(() -> repository.prepare(artifact))
                .isInstanceOf(HubException.class)
                .hasMessageStartingWith("Offline, and the cache doesn't know some/model.");
    }

    private HubRepository repository() {
        HubSettings settings = HubSettings.builder().cache(cache).offline(true).build();
        return new HubRepository("x", URI.create("vitrail://some/model"), Hub.with(settings), "some/model");
    }
}
