package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Calls are answered alone or together, in time or not at all. */
class CallsTest {
    private final List<String> ways = Collections.synchronizedList(new ArrayList<>());

    /** Answers with the lengths of texts, and notes how it was asked. */
    private final Calls.Work<List<String>, Integer> lengths = new Calls.Work<>() {
        @Override
        public List<Integer> alone(List<String> texts, Patience patience) {
            ways.add("alone");
            return texts.stream().map(String::length).toList();
        }

        @Override
        public List<Integer> together(Supplier<List<List<String>>> items, Patience patience) {
            ways.add("together");
            return items.get().stream()
                    .flatMap(List::stream)
                    .map(String::length)
                    .toList();
        }

        @Override
        public int size(List<String> texts) {
            return texts.size();
        }

        @Override
        public Object kind(List<String> texts) {
            return "text";
        }

        @Override
        public int passes() {
            return 1;
        }
    };

    @Test
    void eachCallIsAnsweredByItself() {
        Calls<List<String>, Integer> calls = Calls.of(lengths);
        assertThat(calls.answer(List.of("a", "bcd"), calls.patience())).containsExactly(1, 3);
        assertThat(ways).containsExactly("alone");
    }

    @Test
    void batchesAreAnsweredTogether() {
        Calls<List<String>, Integer> calls = Calls.of(lengths).batching(4, Duration.ZERO);
        assertThat(calls.answer(List.of("a", "bcd"), calls.patience())).containsExactly(1, 3);
        assertThat(ways).containsExactly("together");
    }

    @Test
    void aDeadlineHoldsForBatchesToo() throws InterruptedException {
        Calls<List<String>, Integer> calls =
                Calls.of(lengths).withDeadline(Duration.ofMillis(1)).batching(4, Duration.ZERO);
        Patience patience = calls.patience();
        Thread.sleep(5);
        assertThatThrownBy(() -> calls.answer(List.of("a"), patience))
                .isInstanceOf(CallException.class)
                .hasMessageStartingWith("There was no answer within 1 ms.");
    }

    @Test
    void aDeadlineThatIsNoneIsRefusedAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Calls.of(lengths).withDeadline(Duration.ZERO))
                .withMessageStartingWith("A deadline must be 1 millisecond to 365 days away");
    }
}
