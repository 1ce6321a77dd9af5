package io.vitrail.transformer.weights;

import java.util.HashMap;
import java.util.Map;

/** The complete list of what a pickled checkpoint may name, by Python's full names. Nothing on it runs foreign code. */
final class AllowedGlobals {
    private static final Map<String, PickleGlobal> BY_NAME = new HashMap<>();

    static {
        BY_NAME.put("collections.OrderedDict", PickleFunction.ORDERED_DICT);
        BY_NAME.put("torch._utils._rebuild_tensor", PickleFunction.REBUILD_TENSOR);
        BY_NAME.put("torch._utils._rebuild_tensor_v2", PickleFunction.REBUILD_TENSOR_V2);
        BY_NAME.put("torch._utils._rebuild_tensor_v3", PickleFunction.REBUILD_TENSOR_V3);
        BY_NAME.put("torch._utils._rebuild_parameter", PickleFunction.REBUILD_PARAMETER);
        BY_NAME.put("torch.Size", PickleFunction.SIZE);
        storage(StorageType.BOOL, "torch.BoolStorage");
        storage(StorageType.U8, "torch.ByteStorage", "torch.UntypedStorage", "torch.storage.UntypedStorage");
        storage(StorageType.I8, "torch.CharStorage");
        storage(StorageType.I16, "torch.ShortStorage");
        storage(StorageType.I32, "torch.IntStorage");
        storage(StorageType.I64, "torch.LongStorage");
        storage(StorageType.F16, "torch.HalfStorage");
        storage(StorageType.BF16, "torch.BFloat16Storage");
        storage(StorageType.F32, "torch.FloatStorage");
        storage(StorageType.F64, "torch.DoubleStorage");
        element(StorageType.BOOL, "torch.bool");
        element(StorageType.U8, "torch.uint8");
        element(StorageType.I8, "torch.int8");
        element(StorageType.I16, "torch.int16", "torch.short");
        element(StorageType.U16, "torch.uint16");
        element(StorageType.I32, "torch.int32", "torch.int");
        element(StorageType.U32, "torch.uint32");
        element(StorageType.I64, "torch.int64", "torch.long");
        element(StorageType.U64, "torch.uint64");
        element(StorageType.F16, "torch.float16", "torch.half");
        element(StorageType.BF16, "torch.bfloat16");
        element(StorageType.F32, "torch.float32", "torch.float");
        element(StorageType.F64, "torch.float64", "torch.double");
    }

    private AllowedGlobals() {}

    /**
     * The global of that name.
     *
     * @throws RefusedPickle if it isn't on the list
     */
    static PickleGlobal find(String module, String name) {
        String fullName = module + "." + name;
        PickleGlobal global = BY_NAME.get(fullName);
        RefusedPickle.unless(
                global != null, "%s is not allowed in a checkpoint; nothing of it was run.", Quote.of(fullName));
        return global;
    }

    private static void storage(StorageType type, String... names) {
        for (String name : names) {
            BY_NAME.put(name, new PickleGlobal.Storage(type));
        }
    }

    private static void element(StorageType type, String... names) {
        for (String name : names) {
            BY_NAME.put(name, new PickleGlobal.Element(type));
        }
    }
}
