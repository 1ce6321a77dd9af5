package io.vitrail.transformer.weights;

import java.util.List;
import java.util.function.Function;

/** The functions that a pickled checkpoint may call, as PyTorch's {@code torch/_utils.py} defines them. */
enum PickleFunction implements PickleGlobal {
    ORDERED_DICT(PickleFunction::orderedDictionary),
    /** storage, offset, shape, strides. */
    REBUILD_TENSOR(arguments -> tensor(arguments, null)),
    /** The same, then requires_grad, hooks and metadata, which don't matter here. */
    REBUILD_TENSOR_V2(arguments -> tensor(arguments, null)),
    /** The same, then the element type: the storage is untyped. */
    REBUILD_TENSOR_V3(arguments -> tensor(arguments, argument(arguments, 6, Element.class))),
    /** The tensor, requires_grad, hooks. */
    REBUILD_PARAMETER(arguments -> argument(arguments, 0, PickledTensor.class)),
    SIZE(arguments -> argument(arguments, 0, Object[].class));

    private final Function<Object[], Object> function;

    PickleFunction(Function<Object[], Object> function) {
        this.function = function;
    }

    Object call(Object[] arguments) {
        return function.apply(arguments);
    }

    private static PickledTensor tensor(Object[] arguments, Element element) {
        PickledStorage storage = argument(arguments, 0, PickledStorage.class);
        return new PickledTensor(
                storage,
                element == null ? storage.type() : element.type(),
                argument(arguments, 1, Long.class),
                longs(argument(arguments, 2, Object[].class)),
                longs(argument(arguments, 3, Object[].class)));
    }

    private static long[] longs(Object[] tuple) {
        long[] values = new long[tuple.length];
        for (int i = 0; i < tuple.length; i++) {
            values[i] = argument(tuple, i, Long.class);
        }
        return values;
    }

    /** Python 3 calls it without arguments, Python 2 with a list of pairs. */
    private static PickleDictionary orderedDictionary(Object[] arguments) {
        PickleDictionary dictionary = new PickleDictionary();
        if (arguments.length > 0) {
            for (Object pair : argument(arguments, 0, PickleList.class).values()) {
                List<Object> keyAndValue =
                        argument(new Object[] {pair}, 0, PickleList.class).values();
                RefusedPickle.unless(keyAndValue.size() == 2, "It makes a dictionary of what are no pairs.");
                dictionary.put(keyAndValue.get(0), keyAndValue.get(1));
            }
        }
        return dictionary;
    }

    /** How many elements the lists and tuples among the arguments have together: a call's work grows with them. */
    static long elements(Object[] arguments) {
        long elements = 0;
        for (Object argument : arguments) {
            if (argument instanceof PickleList list) {
                elements += list.values().size();
            } else if (argument instanceof Object[] tuple) {
                elements += tuple.length;
            }
        }
        return elements;
    }

    /** An element of a tuple, which has to be of that type. */
    static <T> T argument(Object[] tuple, int index, Class<T> type) {
        RefusedPickle.unless(
                index < tuple.length && type.isInstance(tuple[index]),
                "Argument %d of a call isn't a %s, as PyTorch writes there.",
                index,
                type.getSimpleName());
        return type.cast(tuple[index]);
    }
}
