package io.vitrail.text.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * SentencePiece's compiled normalisation: a table from byte sequences to their replacements, as a double-array trie
 * (Aoe 1989, in the layout of Darts-clone) followed by the replacements, each ended by a zero. Immutable.
 *
 * <p>The native library walks such a trie without looking at its bounds, so that all of it is checked before.
 */
final class CharsMap {
    private static final int LONGEST = 128; // bytes of a replacement
    private static final int BLOCK = 256; // units whose indices differ in the last byte alone

    private final int[] units;
    private final byte[] replacements;

    private CharsMap(int[] units, byte[] replacements) {
        this.units = units;
        this.replacements = replacements;
    }

    /**
     * Reads and checks a table.
     *
     * @throws IllegalArgumentException if some byte sequence would lead out of it
     */
    static CharsMap read(byte[] blob) {
        require(blob.length >= 4, "it has no size");
        ByteBuffer bytes = ByteBuffer.wrap(blob).order(ByteOrder.LITTLE_ENDIAN);
        int size = bytes.getInt();
        require(size >= 4 * BLOCK && size % (4 * BLOCK) == 0 && size <= bytes.remaining(), "its size is wrong");
        int[] units = new int[size / 4];
        IntBuffer trie = bytes.slice(4, size).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
        trie.get(units);
        byte[] replacements = new byte[blob.length - 4 - size];
        bytes.position(4 + size).get(replacements);
        CharsMap map = new CharsMap(units, replacements);
        map.check();
        return map;
    }

    private void check() {
        require(isUtf8(replacements), "its text isn't UTF-8");
        for (int i = 0; i < units.length; i++) {
            int unit = units[i];
            if (unit < 0) {
                continue; // a value, which no byte leads to
            }
            int children = i ^ offset(unit);
            require(children >= 0 && children < units.length, "unit " + i + " leads out of it");
            require(!hasLeaf(unit) || isStart(value(units[children])), "unit " + i + " has no replacement");
        }
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Whether a replacement that isn't too long begins there. */
    private boolean isStart(int index) {
        if (index >= replacements.length || (replacements[index] & 0xC0) == 0x80) {
            return false;
        }
        int end = index;
        while (end < replacements.length && replacements[end] != 0 && end - index <= LONGEST) {
            end++;
        }
        return end - index <= LONGEST;
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new IllegalArgumentException("The compiled normalisation is damaged: " + problem + ".");
        }
    }

    /** Where the longest rule that matches text at {@code from} ends, or {@code from} if none does. */
    int longestMatch(byte[] text, int from) {
        return (int) (longest(text, from) >>> Integer.SIZE);
    }

    /** Appends the replacement of the longest rule that matches at {@code from}. */
    void appendReplacement(byte[] text, int from, ByteSink out) {
        for (int i = (int) longest(text, from); i < replacements.length && replacements[i] != 0; i++) {
            out.append(replacements[i]);
        }
    }

    /** End of the match in the upper half, index of its replacement in the lower. */
    private long longest(byte[] text, int from) {
        long found = (long) from << Integer.SIZE;
        int node = offset(units[0]);
        for (int i = from; i < text.length && text[i] != 0; i++) {
            int label = text[i] & 0xFF;
            node ^= label;
            int unit = units[node];
            if ((unit & 0x8000_00FF) != label) {
                return found;
            }
            node ^= offset(unit);
            if (hasLeaf(unit)) {
                found = (long) (i + 1) << Integer.SIZE | value(units[node]);
            }
        }
        return found;
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }

    private static boolean hasLeaf(int unit) {
        return (unit >>> 8 & 1) == 1;
    }

    private static int value(int unit) {
        return unit & Integer.MAX_VALUE;
    }
}
