package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Initializers;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import java.util.List;
import java.util.stream.IntStream;

/** When a picture of a film was: one learned vector for each moment, which is added to all tokens of its picture. */
final class Moments extends TensorBlock {
    private static final int MOST = 1000;

    private final List<Moment> moments;

    Moments(int count, int width) {
        Check.that(
                count >= 0 && count <= MOST,
                "config.json: num_image_with_embedding (%d) must be from 0 to %d.",
                count,
                MOST);
        moments = IntStream.range(0, count)
                .mapToObj(i -> part(Integer.toString(i), new Moment(width)))
                .toList();
    }

    /** The tokens of each film's picture number i, counted from 0: [batch, tokens, width] to the same. */
    NDArray at(int i, NDArray x, Pass pass) {
        return moments.get(i).forward(x, pass);
    }

    /** Refuses films that are longer than the model knows moments. */
    void check(int pictures) {
        Check.that(
                pictures > 0 && pictures <= moments.size(),
                "A film of %d pictures can't be seen: this model knows %d moments.",
                pictures,
                moments.size());
    }

    /** The first moment. */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        return at(0, x, pass);
    }

    private static final class Moment extends TensorBlock {
        private final Parameter vector;

        Moment(int width) {
            vector = parameter("vector", Parameter.Type.OTHER, Initializers.ZERO, 1, 1, width);
        }

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            return x.add(value(vector, x, pass));
        }
    }
}
