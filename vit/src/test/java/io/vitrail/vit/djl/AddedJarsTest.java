package io.vitrail.vit.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.repository.Repository;
import ai.djl.repository.zoo.ZooProvider;
import ai.djl.util.JsonUtils;
import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.DjlEngine;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

/** DJL Serving: DJL is on the class path, Vitrail in jars of a folder that Serving loads zoos from when it starts. */
class AddedJarsTest {
    private final ClassLoader usual = Thread.currentThread().getContextClassLoader();

    @AfterEach
    void restore() {
        Thread.currentThread().setContextClassLoader(usual);
    }

    @Test
    void theZooBringsItsAddresses() throws Exception {
        ClassLoader platform = ClassLoader.getPlatformClassLoader();
        try (URLClassLoader djl =
                        new URLClassLoader(jars(Repository.class, JsonUtils.GSON.getClass(), Logger.class), platform);
                URLClassLoader added =
                        new URLClassLoader(jars(VitrailZooProvider.class, DjlEngine.class, JsonNode.class), djl)) {
            Thread.currentThread().setContextClassLoader(djl);
            Class<?> providers = djl.loadClass(ZooProvider.class.getName());
            for (Object provider : ServiceLoader.load(providers, added)) {
                providers.getMethod("getModelZoo").invoke(provider);
            }
            Object repository = djl.loadClass(Repository.class.getName())
                    .getMethod("newInstance", String.class, String.class)
                    .invoke(null, "model", "vitrail://embedded");
            assertThat(repository.getClass().getName()).isEqualTo(EmbeddedRepository.class.getName());
            assertThat(repository.getClass()).isNotEqualTo(EmbeddedRepository.class);
        }
    }

    private static URL[] jars(Class<?>... types) {
        return Stream.of(types)
                .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
                .toArray(URL[]::new);
    }
}
