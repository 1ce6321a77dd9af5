package io.vitrail.transformer.weights;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;

/**
 * What {@code torch.save} wrote before PyTorch 1.6 ({@code _legacy_save} in {@code torch/serialization.py}): five
 * pickles (a magic number, a version, the writer's system, the object, the storages' keys), then per storage the number
 * of its elements in 8 bytes, and the elements.
 */
final class LegacyPickle {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long VERSION = 1001;
    private static final long LARGEST_PICKLES = 1 << 26;

    private LegacyPickle() {}

    static Map<String, StoredTensor> read(ModelFile source) {
        FileRegion whole = source.region(0, source.size());
        PickleInput input = new PickleInput(whole.part(0, Math.min(LARGEST_PICKLES, whole.length())));
        boolean magic = MAGIC.equals(plain(input));
        RefusedPickle.unless(magic, "It isn't a checkpoint of PyTorch's: the magic number differs.");
        RefusedPickle.unless(Long.valueOf(VERSION).equals(plain(input)), "Its version isn't %d.", VERSION);
        requireLittleEndian(plain(input));
        PersistentStorages storages = new PersistentStorages();
        Object root = new PickleMachine(input, storages::load).run();
        Object keys = plain(input);
        RefusedPickle.unless(keys instanceof PickleList, "It doesn't list the keys of its storages.");
        Map<String, FileRegion> bytes =
                locate((PickleList) keys, storages, whole.part(input.position(), whole.length() - input.position()));
        return StateDictionary.in(root, bytes);
    }

    private static Object plain(PickleInput input) {
        return new PickleMachine(input, identifier -> {
                    throw new RefusedPickle("Its preamble refers to a storage.");
                })
                .run();
    }

    private static void requireLittleEndian(Object system) {
        boolean little = system instanceof PickleDictionary entries
                && Boolean.TRUE.equals(entries.entries().get("little_endian"));
        RefusedPickle.unless(little, "Its numbers aren't little-endian.");
    }

    /** The storages lie one after another, in the order of their keys. */
    private static Map<String, FileRegion> locate(PickleList keys, PersistentStorages storages, FileRegion rest) {
        Map<String, FileRegion> bytes = new HashMap<>();
        long position = 0;
        for (Object key : keys.values()) {
            PickledStorage storage = storages.roots().get(key);
            RefusedPickle.unless(storage != null, "It stores elements that no tensor refers to.");
            RefusedPickle.unless(rest.length() - position >= Long.BYTES, "It ends before its last storage.");
            long elements = rest.part(position, Long.BYTES).copy().getLong();
            RefusedPickle.unless(elements == storage.total(), "Storage %s has two sizes.", Quote.of(storage.key()));
            long length = elements * storage.type().bytes();
            position += Long.BYTES;
            boolean within = length <= rest.length() - position;
            RefusedPickle.unless(within, "It ends within storage %s.", Quote.of(storage.key()));
            bytes.put(storage.key(), rest.part(position, length));
            position += length;
        }
        return bytes;
    }
}
