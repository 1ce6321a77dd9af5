package io.vitrail.fusion;

import static io.vitrail.fusion.RecordedQuestions.picture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.fusion.ImageTextMatcher.Match;
import io.vitrail.fusion.VisualQuestionAnswerer.Answer;
import io.vitrail.transformer.CallException;
import io.vitrail.transformer.Caller;
import io.vitrail.transformer.NativeMemory;
import io.vitrail.vit.image.Image;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An answerer and a matcher that many threads share, and what they leave behind. */
@Timeout(300)
class QuestionCallersTest {
    private static final int CALLERS = 8;
    private static final List<Image> IMAGES =
            RecordedQuestions.PICTURES.stream().map(RecordedQuestions::picture).toList();
    private static final List<String> TEXTS = List.of("what is on the table ?", "a cat", "is the dog in the park ?");

    private final VisualQuestionAnswerer answerer = VisualQuestionAnswerer.load(RecordedQuestions.ANSWERER);
    private final ImageTextMatcher matcher = ImageTextMatcher.load(RecordedQuestions.MATCHER);

    @AfterEach
    void close() {
        answerer.close();
        matcher.close();
    }

    private static <R> void assertAgreed(Function<Image, List<R>> task) {
        List<List<R>> alone = IMAGES.stream().map(task).toList();
        assertThat(alone).doesNotHaveDuplicates();
        List<Caller<List<List<R>>>> callers = IntStream.range(0, CALLERS)
                .mapToObj(caller -> Caller.start(() -> IntStream.range(caller, caller + 4)
                        .mapToObj(i -> task.apply(IMAGES.get(i % 2)))
                        .toList()))
                .toList();
        for (int caller = 0; caller < CALLERS; caller++) {
            assertThat(callers.get(caller).answer())
                    .isEqualTo(IntStream.range(caller, caller + 4)
                            .mapToObj(i -> alone.get(i % 2))
                            .toList());
        }
    }

    @Test
    void eightThreadsAgreeWithOne() {
        VisualQuestionAnswerer beams = answerer.withOptions(
                answerer.options().toBuilder().beams(3).maxNewTokens(9).build());
        assertAgreed(image -> beams.answer(image, TEXTS));
        assertAgreed(image -> answerer.rank(image, TEXTS, List.of("yes", "no", "two cats")));
        assertAgreed(image -> matcher.match(image, TEXTS));
    }

    @Test
    void callsEndWithTheirPatienceAndTheTask() {
        Image photo = picture("photo.png");
        assertThatIllegalArgumentException().isThrownBy(() -> answerer.withDeadline(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> matcher.withDeadline(Duration.ZERO));
        VisualQuestionAnswerer hurried = answerer.withDeadline(Duration.ofMillis(1));
        List<String> many = RecordedQuestions.many(TEXTS);
        assertThatThrownBy(() -> hurried.answer(photo, many)).isInstanceOf(CallException.class);
        assertThatThrownBy(() -> hurried.withOptions(answerer.options()).rank(photo, many, TEXTS))
                .isInstanceOf(CallException.class);
        assertThatThrownBy(() -> matcher.withDeadline(Duration.ofMillis(1)).match(photo, many))
                .isInstanceOf(CallException.class);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> matcher.match(photo, TEXTS)).isInstanceOf(CallException.class);
        assertThat(Thread.interrupted()).isTrue();
        answerer.close();
        matcher.close();
        assertThatThrownBy(() -> answerer.answer(photo, TEXTS)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> matcher.match(photo, TEXTS)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void callsAndErrorsLeaveNoArraysBehind() {
        Image photo = picture("photo.png");
        Set<String> loaded = NativeMemory.arrays();
        List<Answer> answers = answerer.answer(photo, TEXTS);
        List<Match> matches = matcher.match(photo, TEXTS);
        for (int i = 0; i < 3; i++) {
            assertThat(answerer.answer(photo, TEXTS)).isEqualTo(answers);
            assertThat(matcher.match(photo, TEXTS)).isEqualTo(matches);
            answerer.rank(photo, TEXTS, TEXTS);
            assertThatThrownBy(() -> answerer.withDeadline(Duration.ofMillis(1)).rank(photo, TEXTS, TEXTS))
                    .isInstanceOf(CallException.class);
            assertThatIllegalArgumentException().isThrownBy(() -> answerer.answer(photo, "a ".repeat(600)));
        }
        assertThat(NativeMemory.arrays()).isSubsetOf(loaded);
    }
}
