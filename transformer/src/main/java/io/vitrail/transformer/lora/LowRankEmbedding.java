package io.vitrail.transformer.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Adaptation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TokenEmbedding;

/** An embedding's change of low rank: each id's vector + scaling · B a, with a the id's column of A. Thread-safe once used. */
final class LowRankEmbedding implements Adaptation {
    private final TokenEmbedding columns;
    private final Linear up;
    private boolean prepared;

    /** @param weights A [rank, ids], B [width, rank] */
    LowRankEmbedding(LowRankWeights weights, NDManager manager) {
        int rank = weights.rank();
        int ids = weights.inputs();
        columns = new TokenEmbedding(ids, rank);
        up = new Linear(rank, weights.outputs(), Bias.ABSENT, Activation.LINEAR);
        float[] swapped = new float[weights.a().length];
        for (int id = 0; id < ids; id++) {
            for (int r = 0; r < rank; r++) {
                swapped[id * rank + r] = (float) (weights.scaling() * weights.a()[r * ids + id]);
            }
        }
        LowRank.fill(columns, "weight", swapped, manager);
        LowRank.fill(up, "weight", weights.b(), manager);
    }

    /** @param ids [batch, tokens] */
    @Override
    public NDArray onto(NDArray y, NDArray ids, Pass pass) {
        synchronized (this) {
            if (!prepared) {
                up.prepareFor(pass.operations());
                prepared = true;
            }
        }
        return up.forwardOnto(y, columns.forward(ids, pass), pass); // [batch, tokens, width]
    }
}
