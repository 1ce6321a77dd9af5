package io.vitrail.transformer.weights;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What {@code torch.save} writes since PyTorch 1.6: a zip archive of {@code data.pkl} and one file per storage. */
final class ZippedPickle {
    private static final String PICKLE = "/data.pkl";
    private static final long LARGEST_PICKLE = 1 << 26;

    private ZippedPickle() {}

    static Map<String, StoredTensor> read(ModelFile source) {
        Map<String, FileRegion> files = ZipDirectory.read(source);
        List<String> pickles =
                files.keySet().stream().filter(name -> name.endsWith(PICKLE)).toList();
        RefusedPickle.unless(pickles.size() == 1, "The zip archive has %d files data.pkl, not 1.", pickles.size());
        String folder = pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length());
        requireLittleEndian(files.get(folder + "/byteorder"));
        FileRegion pickle = files.get(pickles.get(0));
        RefusedPickle.unless(pickle.length() <= LARGEST_PICKLE, "Its pickle takes %d bytes.", pickle.length());
        Object root = new PickleMachine(new PickleInput(pickle), new PersistentStorages()::load).run();
        return StateDictionary.in(root, under(folder + "/data/", files));
    }

    private static Map<String, FileRegion> under(String folder, Map<String, FileRegion> files) {
        Map<String, FileRegion> part = new HashMap<>();
        files.forEach((name, bytes) -> {
            if (name.startsWith(folder)) {
                part.put(name.substring(folder.length()), bytes);
            }
        });
        return part;
    }

    private static void requireLittleEndian(FileRegion order) {
        if (order != null) {
            String text = order.length() > 16
                    ? ""
                    : StandardCharsets.US_ASCII.decode(order.copy()).toString();
            RefusedPickle.unless(text.equals("little"), "Its numbers aren't little-endian.");
        }
    }
}
