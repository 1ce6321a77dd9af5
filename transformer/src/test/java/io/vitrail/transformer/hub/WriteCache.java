package io.vitrail.transformer.hub;

import java.nio.file.Path;
import java.time.Duration;

/** Fills a cache in a process of its own: {@code WriteCache ENDPOINT CACHE MODEL}; prints the snapshot's folder. */
final class WriteCache {
    private WriteCache() {}

    public static void main(String[] arguments) {
        HubSettings settings = HubSettings.builder()
                .endpoint(arguments[0])
                .cache(Path.of(arguments[1]))
                .token("")
                .offline(false)
                .retries(3, Duration.ofMillis(10), Duration.ofSeconds(1))
                .build();
        System.out.println(Hub.with(settings)
                .snapshot(arguments[2], NeededFiles.VISION_AND_TEXT.and(NeededFiles.CARD), DownloadListener.NONE));
    }
}
