package io.vitrail.vit.djl;

import ai.djl.repository.Artifact;
import io.vitrail.transformer.Check;
import io.vitrail.vit.ImageClassifier;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The model within the jar. DJL loads models from folders, which it may read again later; so the files are copied to
 * its cache once, into a folder named by their content.
 */
final class EmbeddedRepository extends ModelRepository {
    static final String NAME = "embedded";

    private static final List<String> FILES = List.of("config.json", "preprocessor_config.json", "model.safetensors");

    EmbeddedRepository(String name, URI uri) {
        super(name, uri, NAME);
    }

    private static Map<String, URL> resources() {
        Map<String, URL> resources = new LinkedHashMap<>();
        FILES.forEach(file -> resources.put(file, ImageClassifier.class.getResource("embedded/" + file)));
        resources.put("serving.properties", EmbeddedRepository.class.getResource("serving.properties"));
        resources.forEach((file, url) -> Check.state(url != null, "The embedded model's %s isn't in the jar.", file));
        return resources;
    }

    @Override
    Map<String, Artifact.Item> files() throws IOException {
        Map<String, Artifact.Item> files = new LinkedHashMap<>();
        for (Map.Entry<String, URL> resource : resources().entrySet()) {
            Artifact.Item item = new Artifact.Item();
            item.setName(resource.getKey());
            item.setUri(resource.getValue().toString());
            item.setSize(read(resource.getValue()).length);
            files.put(resource.getKey(), item);
        }
        return files;
    }

    @Override
    URI home() throws IOException {
        return URI.create("model/cv/image_classification/io/vitrail/embedded/" + digest() + "/");
    }

    private static String digest() throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (URL resource : resources().values()) {
                digest.update(read(resource));
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    private static byte[] read(URL resource) throws IOException {
        try (InputStream in = resource.openStream()) {
            return in.readAllBytes();
        }
    }

    @Override
    public boolean isRemote() {
        return true;
    }
}
