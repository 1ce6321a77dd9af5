package io.vitrail.transformer.weights;

/** What a pickle may name: types of storages and elements, which are values, and functions, which it may call. */
sealed interface PickleGlobal permits PickleFunction, PickleGlobal.Storage, PickleGlobal.Element {

    /** A class of storages, such as {@code torch.FloatStorage}. */
    record Storage(StorageType type) implements PickleGlobal {}

    /** An element type, such as {@code torch.float32}. */
    record Element(StorageType type) implements PickleGlobal {}
}
