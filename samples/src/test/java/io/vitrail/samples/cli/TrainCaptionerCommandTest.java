package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code train captioner}: what is refused before it begins. */
class TrainCaptionerCommandTest {
    @TempDir
    private Path folder;

    private CommandRun train(Object... more) {
        List<Object> all = new ArrayList<>(
                List.of("train", "captioner", "--data", folder.resolve("data"), "--out", folder.resolve("out")));
        all.addAll(List.of(more));
        return CommandRun.of(all.toArray());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            --batch 0           | --batch must be 1 to 4096, not 0
            --batch 5000        | --batch must be 1 to 4096, not 5000
            --batch many        | --batch
            --rate 0            | --rate must be above 0 and at most 1, not 0.0
            --rate 2            | --rate must be above 0 and at most 1, not 2.0
            --rate NaN          | --rate must be above 0 and at most 1, not NaN
            --epochs 3          | --epochs must be two numbers from 0 to 1000
            --epochs 1,2,3      | --epochs must be two numbers from 0 to 1000
            --epochs 0,0        | --epochs must be two numbers from 0 to 1000
            --epochs -1,2       | --epochs must be two numbers from 0 to 1000
            --epochs 1,1001     | --epochs must be two numbers from 0 to 1000
            --precision HALF    | --precision
            --precision INT8    | --precision must not be INT8
            --seed x            | --seed
            """)
    void wrongNumbersAreAWrongCommandLine(String options, String error) {
        CommandRun run = train((Object[]) options.split(" "));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("vitrail: ").contains(error);
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void dataAndOutAreNeeded() {
        CommandRun run = CommandRun.of("train", "captioner");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--data").contains("--out");
    }

    @Test
    void aFolderWithoutCaptionsIsNamed() throws IOException {
        CommandRun none = train();
        assertThat(none.status()).isEqualTo(1);
        assertThat(none.err()).contains(folder.resolve("data").toString());
        Files.createDirectory(folder.resolve("data"));
        CommandRun empty = train();
        assertThat(empty.status()).isEqualTo(1);
        assertThat(empty.err()).contains(folder.resolve("data").toString());
    }

    @Test
    void aBackboneThatIsNoneIsNamed() throws IOException {
        Path backbone = Files.createDirectory(folder.resolve("backbone"));
        CommandRun run = train("--backbone", backbone);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains(backbone.toString());
    }
}
