package io.vitrail.text.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.training.FineTuning;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Rows in batches that threads prepare. */
class TokenBatchesTest {
    private static final int ROWS = 23;

    /** Numbers of the rows, batch by batch, in an epoch from its second batch on. */
    private static List<String> epoch(int threads, Set<String> preparing) {
        FineTuning how = FineTuning.builder().batch(2).threads(threads).build();
        int[] lengths = IntStream.range(0, ROWS).map(row -> 1 + row % 5).toArray();
        List<String> numbers = new ArrayList<>();
        try (NDManager manager = DjlEngine.newManager(Device.cpu());
                TokenBatches batches = new TokenBatches(lengths, how, (rows, epoch) -> {
                    preparing.add(Thread.currentThread().getName());
                    long[] all = IntStream.of(rows).mapToLong(row -> row).toArray();
                    return scope -> new TokenBatches.Learned(new NDList(scope.create(all)), new NDList());
                })) {
            for (Batch batch : batches.epoch(3, 1, 1, manager)) {
                try (batch) {
                    long[] rows = batch.getData().get(0).toLongArray();
                    assertThat(batch.getSize()).isEqualTo(rows.length);
                    numbers.add(LongStream.of(rows).boxed().toList().toString());
                }
            }
            assertThat(manager.getManagedArrays()).isEmpty();
            assertThat(batches.count()).isEqualTo(12);
        }
        return numbers;
    }

    @Test
    void anyNumberOfThreadsPreparesTheSameBatchesBesideTheModel() {
        Set<String> preparing = ConcurrentHashMap.newKeySet();
        List<String> batches = epoch(1, preparing);
        assertThat(batches).hasSize(11).doesNotHaveDuplicates();
        assertThat(epoch(3, preparing)).isEqualTo(batches);
        assertThat(preparing).isNotEmpty().doesNotContain(Thread.currentThread().getName());
    }
}
