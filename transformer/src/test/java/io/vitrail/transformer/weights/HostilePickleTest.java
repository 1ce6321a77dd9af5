package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pickles by hand, one character per byte; the opcodes are those of Python's pickletools. */
class HostilePickleTest {
    /** A tensor in storage '0' of 2 floats; its offset, shape and strides fill the gap. */
    private static final String TENSOR =
            "ctorch._utils\n_rebuild_tensor_v2\n" + "((U\7storagectorch\nFloatStorage\nU\0010U\3cpuK\2tQ%sK\0}tR";

    private static final String DICTIONARY = "\u0080\2}U\1x" + TENSOR + "s.";
    private static final String STEPS = "It takes more than 1000000 steps to read.";
    private static final String WHOLE = "K\0K\2\u0085K\1\u0085";

    @TempDir
    private Path folder;

    @Test
    void codeIsNamedAndNotRun() {
        Path trace = folder.resolve("trace");
        String shell = "touch " + trace;
        String call = "\u0080\2c%s\nU" + (char) shell.length() + shell + "\u0085R.";
        assertRefused(
                String.format(call, "posix\nsystem"),
                "'posix.system' is not allowed in a checkpoint; nothing of it was run.");
        assertRefused(String.format(call, "os\nsystem"), "'os.system' is not allowed");
        assertRefused(String.format(call, "builtins\neval"), "'builtins.eval' is not allowed");
        assertRefused("\u0080\4\u008c\5posix\u008c\6system\u0093.", "'posix.system' is not allowed");
        assertRefused(
                String.format(call, "torch._utils\n_rebuild_tensor_v2"), "Argument 0 of a call isn't a PickledStorage");
        assertThat(Files.exists(trace)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(chars = {'i', 'o', 'P', 'S', 'V', 'I', 0x81, 0x82, 0x83, 0x84, 0x92, 0x97, 0x98})
    void opcodesThatAPlainCheckpointNeverHasAreRefused(char opcode) {
        String code = String.format("Opcode 0x%02x is not allowed", (int) opcode);
        assertRefused("\u0080\2" + opcode, code);
    }

    @Test
    void damagedPicklesAreRefused() {
        assertRefused("\u0080\6.", "Pickle protocol 6 is unknown.");
        assertRefused("\u0080\2.", "It takes an object from an empty stack.");
        assertRefused("\u0080\2}(0.", "It takes an object from an empty stack.");
        assertRefused("\u0080\2t.", "It refers to a mark that it never set.");
        assertRefused("\u0080\2h\7.", "It recalls object 7, which it never stored.");
        assertRefused("\u0080\2}(K\1u.", "It gives a dictionary a key without a value.");
        assertRefused("\u0080\2](K\1K\2u.", "It puts a key into what is no dictionary.");
        assertRefused("\u0080\2}K\1a.", "It appends to what is no list.");
        assertRefused("\u0080\2})K\1s.", "It holds a dictionary whose keys are neither texts nor numbers.");
        assertRefused("\u0080\2}U\1xK\1sU\1xK\2s.", "A dictionary holds the key 'x' twice.");
        assertRefused("\u0080\2U\1\u00ff.", "It holds a text that isn't UTF-8.");
        assertRefused("\u0080\2X\u00ff\u00ff\u00ff\u007f", "It ends within a value");
        assertRefused("\u0080\2\u008b\0\0\u00ff\u007f", "It holds a number of");
        assertRefused("\u0080\2\u008b\u00ff\u00ff\u00ff\u00ff", "It ends within a value");
        assertRefused("\u0080\2c" + "a".repeat(2000), "It holds a name that never ends.");
        assertRefused("\u0080\2K\1Kc}RR.", "Argument 0 of a call isn't a Object[]");
        assertRefused("\u0080\2U\6modulet\u0085Q.", "It refers to a mark that it never set.");
        assertRefused("\u0080\2U\6module\u0085Q.", "It refers to a 'module' outside of it.");
        assertRefused("\u0080\2]b.", "It takes an object from an empty stack.");
        assertRefused("\u0080\2", "It ends within a value");
        assertRefused("\u0080\2K\1.", "It holds no dictionary of tensors.");
        assertRefused(
                "\u0080\2ccollections\nOrderedDict\n(](](K\1K\2K\3eetR.",
                "It makes a dictionary of what are no pairs.");
    }

    @Test
    void endlessWorkIsRefused() {
        assertRefused("\u0080\2" + "]0".repeat(500_000), STEPS);
        String laughs = "\u0080\2]q\0" + "(h\0h\0h\0h\0h\0h\0h\0h\0lq\0".repeat(100) + "0}(U\1ah\0u.";
        PickledTensors.open(write(Fixtures.zipped(laughs, Map.of()))).close();
        String withinItself = "\u0080\2}q\0U\1ah\0s(]q\1h\1a1.";
        PickledTensors.open(write(Fixtures.zipped(withinItself, Map.of()))).close();
    }

    /** They would take seconds or gigabytes if one object were gone through again at each of its places. */
    @Test
    void oneObjectInManyPlacesIsWorkOnlyOnce() {
        String entries = numbered(20_000, "N");
        String inner = "\u0080\2}q\0(" + entries + "u0}(" + numbered(300_000, "h\0") + "u.";
        PickledTensors.open(write(Fixtures.zipped(inner, Map.of()))).close();
        String axes = "\u0080\2(" + "K\1".repeat(100_000) + "tq\0}(";
        assertRefused(axes + numbered(30, String.format(TENSOR, "K\0h\0h\0")) + "u.", STEPS);
        String pairs = "\u0080\2](" + pairs(20_000) + "e\u0085q\0ccollections\nOrderedDict\nq\1";
        assertRefused(pairs + "h\1h\0R0".repeat(100) + ".", STEPS);
        String name = "\u0080\2X\0\0\020\0" + "a".repeat(1 << 20) + "q\0";
        PickledTensors.open(write(Fixtures.zipped(name + "}h\0Ns0".repeat(10_000) + "}.", Map.of())))
                .close();
    }

    private static String numbered(int count, String value) {
        return repeat(count, number -> number + value);
    }

    private static String pairs(int count) {
        return repeat(count, number -> "](" + number + "K\1e");
    }

    /** A piece for every number, given as the opcode that pushes it. */
    private static String repeat(int count, UnaryOperator<String> piece) {
        StringBuilder pickle = new StringBuilder();
        for (int i = 0; i < count; i++) {
            pickle.append(piece.apply("J" + (char) (i & 255) + (char) (i >> 8 & 255) + (char) (i >> 16) + "\0"));
        }
        return pickle.toString();
    }

    @Test
    void tensorsMayNotReachBeyondTheirStorage() {
        byte[] two = new byte[8];
        PickledTensors.open(write(zipWith(WHOLE, two))).close();
        assertRefused(zipWith("K\1K\2\u0085K\1\u0085", two), "Tensor 'x': its elements reach beyond its storage.");
        assertRefused(zipWith("J\u00ff\u00ff\u00ff\u00ffK\2\u0085K\1\u0085", two), "its elements reach beyond");
        assertRefused(zipWith("K\0K\3\u0085K\1\u0085", two), "its elements reach beyond its storage");
        assertRefused(zipWith("K\0K\2\u0085K\2\u0085", two), "its elements reach beyond its storage");
        assertRefused(zipWith("K\0K\2\u0085)", two), "its strides don't belong to its shape");
        assertRefused(zipWith("K\0K\2\u0085J\u00ff\u00ff\u00ff\u00ff\u0085", two), "its strides don't belong");
        assertRefused(zipWith("K\0J\u00ff\u00ff\u00ff\u00ff\u0085K\1\u0085", two), "has a negative length");
        assertRefused(zipWith("K\0K\3\u0085K\0\u0085", two), "it repeats elements");
        String huge = "\u008a\10\0\0\0\0\0\0\0\100"; // 2^62
        assertRefused(zipWith("K\0" + huge + "\u0085" + huge + "\u0085", two), "has too many elements to count");
        assertRefused(zipWith("K\0K\2\u0085" + huge + "\u0085", two), "Tensor 'x': ");
        assertRefused(zipWith(huge + "K\2\u0085K\1\u0085", two), "Tensor 'x': ");
        assertRefused(zipWith(WHOLE, new byte[7]), "Tensor 'x' lies in a storage that has only 7 bytes.");
        assertRefused(Fixtures.zipped(String.format(DICTIONARY, WHOLE), Map.of()), "Storage '0' is missing.");
    }

    @Test
    void bigEndianNumbersAreRefused() {
        assertRefused(
                Fixtures.zipped("\u0080\2}.", Map.of("byteorder", Fixtures.bytes("big"))),
                "Its numbers aren't little-endian.");
    }

    @Test
    void compressedArchivesAreRefused() throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bomb)) {
            zip.putNextEntry(new ZipEntry("archive/data.pkl"));
            zip.write(new byte[1 << 24]);
        }
        assertRefused(bomb.toByteArray(), "'archive/data.pkl' is compressed in the zip archive; PyTorch stores it.");
    }

    @Test
    void damagedArchivesAreRefused() {
        byte[] zip = zipWith(WHOLE, new byte[8]);
        assertRefused(Arrays.copyOf(zip, zip.length - 30), "The zip archive is cut off");
        assertRefused(
                Fixtures.zipped("}.", Map.of("deeper/data.pkl", new byte[0])),
                "The zip archive has 2 files data.pkl, not 1.");
        byte[] moved = zip.clone();
        moved[zip.length - 5] = 0x7f; // the directory's offset
        assertRefused(moved, "a part of it lies outside of the file");
        byte[] long64 = zip.clone();
        Arrays.fill(long64, zip.length - 10, zip.length - 6, (byte) 0xff); // the directory's length
        assertRefused(long64, "The zip archive's directory takes 4294967295 bytes.");
    }

    @Test
    void damagedLegacyFilesAreRefused() {
        byte[] file = Fixtures.read(Fixtures.recorded("pickles/storage_view_legacy.bin"));
        assertRefused(Arrays.copyOf(file, file.length - 1), "It ends within storage 'root'.");
        assertRefused(Arrays.copyOf(file, file.length - 41), "It ends before its last storage.");
        byte[] other = file.clone();
        other[file.length - 48] = 11;
        assertRefused(other, "Storage 'root' has two sizes.");
        other = file.clone();
        other[5]++;
        assertRefused(other, "It isn't a checkpoint of PyTorch's: the magic number differs.");
        assertRefused(Fixtures.bytes("plain text"), "It begins neither as a zip archive nor as a pickle.");
        assertRefused(new byte[0], "It begins neither as a zip archive nor as a pickle.");
    }

    /** A file that Python 2 could have written: an OrderedDict of a list of pairs. */
    @Test
    void pairsMakeAnOrderedDictionary() {
        String pairs = "\u0080\2ccollections\nOrderedDict\n(]]U\1xa" + TENSOR + "aatR.";
        String pickle = String.format(pairs, WHOLE);
        try (PickledTensors tensors =
                PickledTensors.open(write(Fixtures.zipped(pickle, Map.of("data/0", new byte[8]))))) {
            assertThat(tensors.names()).containsExactly("x");
        }
    }

    private static byte[] zipWith(String offsetShapeStrides, byte[] storage) {
        return Fixtures.zipped(String.format(DICTIONARY, offsetShapeStrides), Map.of("data/0", storage));
    }

    private void assertRefused(String pickle, String problem) {
        assertRefused(Fixtures.zipped(pickle, Map.of()), problem);
    }

    private void assertRefused(byte[] file, String problem) {
        assertThatThrownBy(() -> PickledTensors.open(write(file)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The pickled checkpoint cannot be read. ")
                .hasMessageContaining(problem);
    }

    private Path write(byte[] bytes) {
        return Fixtures.write(folder.resolve("pytorch_model.bin"), bytes);
    }
}
