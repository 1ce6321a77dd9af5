package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.text.GeneratedText;
import io.vitrail.transformer.hub.DownloadListener;
import io.vitrail.transformer.hub.Faults;
import io.vitrail.transformer.hub.Hub;
import io.vitrail.transformer.hub.HubServer;
import io.vitrail.transformer.hub.HubSettings;
import io.vitrail.transformer.hub.NeededFiles;
import io.vitrail.vit.image.Image;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A model of each family, named as a hub names it, does from there what it does from its folder. */
@Timeout(300)
class FromHubTest {
    private static final int PART = 10_000;

    private final HubServer server = new HubServer();

    @TempDir
    private Path cache;

    @AfterEach
    void stop() {
        server.close();
    }

    /** What a family does with a picture. */
    private record Family(String folder, BiFunction<Path, Image, Object> task) {
        Object run(Path model) {
            return task.apply(model, Image.fromFile(Goldens.folder(folder).resolve("photo.png")));
        }

        HubRepository repository() {
            return new HubRepository("tiny/" + folder.replace('/', '-'), Goldens.folder(folder));
        }

        @Override
        public String toString() {
            return folder;
        }
    }

    private static Stream<Family> families() {
        return Stream.of(
                new Family("clip/quick_gelu", FromHubTest::zeroShot),
                new Family("siglip/base", FromHubTest::zeroShot),
                new Family("coca/tasks", FromHubTest::zeroShot),
                new Family("coca/tasks", FromHubTest::caption),
                new Family("blip_caption/base", FromHubTest::caption),
                new Family("blip_vqa/base", FromHubTest::ask),
                new Family("blip_itm/base", FromHubTest::match),
                new Family("vision_encoder_decoder/vit_gpt2", FromHubTest::caption),
                new Family("vision_encoder_decoder/vit_trocr", FromHubTest::read),
                new Family("git/base", FromHubTest::caption),
                new Family("vilt/vqa", FromHubTest::ask),
                new Family("blip2/opt", FromHubTest::caption),
                new Family("llava/base", FromHubTest::chat),
                new Family("smolvlm/base", FromHubTest::chat),
                new Family("smolvlm/idefics3", FromHubTest::chat));
    }

    @ParameterizedTest
    @MethodSource("families")
    void aModelServesByItsNameThoughADownloadBreaks(Family family) {
        HubRepository repository = family.repository();
        repository.publish(server);
        server.next("storage GET", Faults.cutAfter(PART));
        Path folder = snapshot(repository.name());
        assertThat(family.run(folder)).isEqualTo(family.run(repository.folder()));
        List<HubServer.Request> downloads = server.requests("storage GET");
        assertThat(downloads).hasSize(1 + repository.shards());
        assertThat(downloads.get(1).header("Range")).contains("bytes=" + PART + "-");
        assertThat(snapshot(repository.name())).isEqualTo(folder);
        assertThat(server.requests("storage GET")).hasSameSizeAs(downloads);
    }

    private Path snapshot(String model) {
        HubSettings settings = HubSettings.builder()
                .cache(cache)
                .endpoint(server.address())
                .token("")
                .offline(false)
                .proxies(HttpClient.Builder.NO_PROXY)
                .retries(3, Duration.ofMillis(1), Duration.ofSeconds(2))
                .build();
        return Hub.with(settings).snapshot(model, NeededFiles.VISION_AND_TEXT, DownloadListener.NONE);
    }

    private static Object zeroShot(Path model, Image photo) {
        try (ZeroShotClassifier classifier = ZeroShotClassifier.load(model, List.of("a cat", "two dogs"))) {
            return classifier.classify(photo);
        }
    }

    private static Object caption(Path model, Image photo) {
        try (ImageCaptioner captioner = ImageCaptioner.load(model)) {
            return result(captioner
                    .withOptions(captioner.options().toBuilder().maxNewTokens(4).build())
                    .caption(photo));
        }
    }

    private static Object read(Path model, Image photo) {
        try (TextReader reader = TextReader.load(model)) {
            return result(reader.withOptions(
                            reader.options().toBuilder().maxNewTokens(4).build())
                    .read(photo));
        }
    }

    private static Object chat(Path model, Image photo) {
        try (VisionChat chat = VisionChat.load(model)) {
            return result(
                    chat.withOptions(chat.options().toBuilder().maxNewTokens(4).build())
                            .answer(photo, "what is it ?"));
        }
    }

    private static Object ask(Path model, Image photo) {
        try (VisualQuestionAnswerer answerer = VisualQuestionAnswerer.load(model)) {
            return answerer.answer(photo, "what is it ?");
        }
    }

    private static Object match(Path model, Image photo) {
        try (ImageTextMatcher matcher = ImageTextMatcher.load(model)) {
            return matcher.match(photo, "a cat");
        }
    }

    private static Object result(GeneratedText text) {
        return List.of(text.text(), text.promptTokens(), text.meanLogProbability());
    }
}
