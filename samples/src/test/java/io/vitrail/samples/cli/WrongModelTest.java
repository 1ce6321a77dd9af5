package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.CHECKPOINT;
import static io.vitrail.samples.cli.CommandRun.FUSION;
import static io.vitrail.samples.cli.CommandRun.TEXT_TASKS;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model of a family that a command isn't for: the error says which commands serve it. */
class WrongModelTest {
    private static final Path PHOTO = FUSION.resolve("blip_caption/base/photo.png");

    private static Path folder(String model) {
        return Stream.of(FUSION.resolve(model), TEXT_TASKS.resolve(model))
                .filter(folder -> folder.toFile().isDirectory())
                .findFirst()
                .orElse(CHECKPOINT);
    }

    private static CommandRun run(String line, Path model) {
        List<Object> arguments = new ArrayList<>();
        Collections.addAll(
                arguments, (Object[]) line.replace("PHOTO", PHOTO.toString()).split(" "));
        Collections.addAll(arguments, "--model", model);
        return CommandRun.reading("hello\n", arguments.toArray());
    }

    @ParameterizedTest(name = "{0} with {1}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            caption PHOTO               | clip/quick_gelu    | It serves the commands zero-shot, search, embed and attention
            caption PHOTO               | siglip/base        | It serves the commands zero-shot, search, embed and attention
            caption PHOTO               | blip_vqa/base      | It serves the command ask
            caption PHOTO               | blip_itm/base      | It serves the command match
            caption PHOTO               | smolvlm/base       | It serves the commands ask and chat --image
            caption PHOTO               | tales              | It reads texts alone, and serves the command generate
            caption PHOTO               | classification     | It reads pictures alone, and serves the commands classify, embed and attention
            zero-shot PHOTO --labels a,b| blip_caption/base  | It serves the command caption
            zero-shot PHOTO --labels a,b| llava/base         | It serves the commands caption, ask and chat --image
            zero-shot PHOTO --labels a,b| tales              | It reads texts alone, and serves the command generate
            ask PHOTO why?              | blip_caption/base  | It serves the command caption
            ask PHOTO why?              | clip/quick_gelu    | It serves the commands zero-shot, search, embed and attention
            ask PHOTO why?              | coca/tasks         | It serves the commands zero-shot, search, match and caption
            ask PHOTO why?              | blip2/opt          | It serves the command caption
            match PHOTO cat             | git/base           | It serves the command caption
            match PHOTO cat             | vilt/vqa           | It serves the command ask
            chat --image PHOTO          | tales              | It reads texts alone, and serves the command generate
            chat --image PHOTO          | blip2/opt          | It serves the command caption
            chat --image PHOTO          | blip_vqa/base      | It serves the command ask
            chat                        | llava/base         | It serves the commands caption, ask and chat --image
            generate hello              | blip_caption/base  | It serves the command caption
            generate hello              | classification     | It reads pictures alone, and serves the commands classify, embed and attention
            fill-mask hello             | clip/quick_gelu    | It serves the commands zero-shot, search, embed and attention
            read PHOTO                  | git/base           | It serves the command caption
            classify PHOTO              | blip_caption/base  | It serves the command caption
            classify PHOTO              | coca/tasks         | It serves the commands zero-shot, search, match and caption
            embed hello                 | tales              | It reads texts alone, and serves the command generate
            embed PHOTO                 | llava/base         | It serves the commands caption, ask and chat --image
            search . cat                | blip_caption/base  | It serves the command caption
            search . cat                | tales              | It reads texts alone, and serves the command generate
            attention PHOTO --json      | blip_itm/base      | It serves the command match
            """)
    void theErrorNamesTheCommandsThatServe(String line, String model, String served) {
        CommandRun run = run(line, folder(model));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("vitrail: ").hasLineCount(1).contains(served);
    }

    @Test
    void aTextModelThatIsAskedAboutAPictureFileSaysSo() {
        CommandRun run = run("ask PHOTO why?", folder("tales"));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .contains("the model reads texts, but '" + PHOTO + "' is a file")
                .contains("It reads texts alone, and serves the command generate.")
                .contains("Salesforce/blip-vqa-base");
    }

    @Test
    void onlyModelsThatChatAreNamedForChats() {
        CommandRun run = run("chat --image PHOTO", folder("blip2/opt"));
        assertThat(run.err())
                .contains("LlavaForConditionalGeneration (llava)", "SmolVLMForConditionalGeneration (smolvlm)")
                .contains("Idefics3ForConditionalGeneration (idefics3)")
                .doesNotContain("(blip-2)");
    }

    @Test
    void aModelWithoutTheHeadKeepsItsOwnError() {
        CommandRun run = run("fill-mask hello", folder("tales"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err())
                .contains("This checkpoint is of LlamaForCausalLM, which has no head for MASKED_WORD.")
                .contains("try:  one whose class ends in ForMaskedLM.");
    }
}
