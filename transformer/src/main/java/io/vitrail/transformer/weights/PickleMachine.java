package io.vitrail.transformer.weights;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Python's pickle machine (the standard library's {@code pickletools} documents each opcode), without its danger: the
 * only globals are those of {@link AllowedGlobals}, no class is instantiated, no attribute set.
 *
 * <p>It never recurses; its input bounds the number of steps. Texts are {@code String}, numbers {@code Long}, {@code
 * BigInteger} or {@code Double}, tuples {@code Object[]}, lists {@link PickleList}, dictionaries {@link
 * PickleDictionary}, None is null.
 */
final class PickleMachine {
    private static final int NEWEST_PROTOCOL = 5;

    private final PickleInput input;
    private final Function<Object[], Object> persistent;
    private final List<Object> stack = new ArrayList<>();
    private final Deque<Integer> marks = new ArrayDeque<>(); // sizes of the stack
    private final Map<Integer, Object> memo = new HashMap<>();

    /**
     * @param input begins at a pickle, and is read up to the pickle's end
     * @param persistent makes an object of a persistent identifier
     */
    PickleMachine(PickleInput input, Function<Object[], Object> persistent) {
        this.input = input;
        this.persistent = persistent;
    }

    /**
     * The object that the pickle describes.
     *
     * @throws RefusedPickle if the pickle is damaged, or does what none of a plain checkpoint does
     */
    Object run() {
        for (int opcode = input.opcode(); opcode != '.'; opcode = input.opcode()) {
            boolean known = scalar(opcode) || text(opcode) || container(opcode) || object(opcode) || memo(opcode);
            RefusedPickle.unless(known, "Opcode 0x%02x is not allowed in a checkpoint.", opcode);
        }
        return pop();
    }

    private boolean scalar(int opcode) {
        switch (opcode) {
            case 'N' -> push(null);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'K' -> push((long) input.unsignedByte());
            case 'M' -> push((long) input.unsignedShort());
            case 'J' -> push((long) input.signedInt());
            case 0x8a -> push(input.integer(input.unsignedByte()));
            case 0x8b -> push(input.integer(input.signedInt()));
            case 'G' -> push(input.bigEndianDouble());
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean text(int opcode) {
        switch (opcode) {
            case 'X', 'T' -> push(input.text(Integer.toUnsignedLong(input.signedInt())));
            case 0x8c, 'U' -> push(input.text(input.unsignedByte()));
            case 0x8d -> push(input.text(input.signedLong()));
            case 'B' -> push(input.bytes(Integer.toUnsignedLong(input.signedInt())));
            case 'C' -> push(input.bytes(input.unsignedByte()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean container(int opcode) {
        switch (opcode) {
            case '(' -> marks.push(stack.size());
            case '0' -> pop();
            case '1' -> popToMark();
            case ')' -> push(new Object[0]);
            case 't' -> push(popToMark());
            case 0x85 -> push(popLast(1));
            case 0x86 -> push(popLast(2));
            case 0x87 -> push(popLast(3));
            case ']' -> push(PickleList.of());
            case 'l' -> push(PickleList.of(popToMark()));
            case 'a' -> append(popLast(1));
            case 'e' -> append(popToMark());
            case '}' -> push(new PickleDictionary());
            case 'd' -> {
                Object[] pairs = popToMark();
                push(new PickleDictionary());
                putAll(pairs);
            }
            case 's' -> putAll(popLast(2));
            case 'u' -> putAll(popToMark());
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean object(int opcode) {
        switch (opcode) {
            case 'c' -> push(AllowedGlobals.find(input.line(), input.line()));
            case 0x93 -> {
                Object[] names = popLast(2);
                push(AllowedGlobals.find(
                        PickleFunction.argument(names, 0, String.class),
                        PickleFunction.argument(names, 1, String.class)));
            }
            case 'R' -> {
                Object[] arguments = pop(Object[].class);
                long work = arguments.length + PickleFunction.elements(arguments);
                input.spend(work); // the same list may be given to many calls
                push(pop(PickleFunction.class).call(arguments));
            }
            case 'Q' -> push(persistent.apply(pop(Object[].class)));
            case 'b' -> {
                pop(); // the attributes of an OrderedDict: PyTorch's _metadata, versions of the modules
                push(pop(PickleDictionary.class));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean memo(int opcode) {
        switch (opcode) {
            case 0x80 -> {
                int protocol = input.unsignedByte();
                RefusedPickle.unless(protocol <= NEWEST_PROTOCOL, "Pickle protocol %d is unknown.", protocol);
            }
            case 0x95 -> input.signedLong(); // a frame's length, of use only to those who read unbuffered
            case 'q' -> memo.put(input.unsignedByte(), top());
            case 'r' -> memo.put(input.signedInt(), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'h' -> recall(input.unsignedByte());
            case 'j' -> recall(input.signedInt());
            default -> {
                return false;
            }
        }
        return true;
    }

    private void recall(int index) {
        RefusedPickle.unless(memo.containsKey(index), "It recalls object %d, which it never stored.", index);
        push(memo.get(index));
    }

    private void append(Object[] values) {
        RefusedPickle.unless(top() instanceof PickleList, "It appends to what is no list.");
        ((PickleList) top()).values().addAll(Arrays.asList(values));
    }

    private void push(Object value) {
        stack.add(value);
    }

    private Object top() {
        int floor = marks.isEmpty() ? 0 : marks.peek();
        RefusedPickle.unless(stack.size() > floor, "It takes an object from an empty stack.");
        return stack.get(stack.size() - 1);
    }

    private Object pop() {
        Object top = top();
        stack.remove(stack.size() - 1);
        return top;
    }

    private <T> T pop(Class<T> type) {
        return PickleFunction.argument(new Object[] {pop()}, 0, type);
    }

    private Object[] popLast(int count) {
        Object[] last = new Object[count];
        for (int i = count - 1; i >= 0; i--) {
            last[i] = pop();
        }
        return last;
    }

    /** All objects above the last mark, and the mark. */
    private Object[] popToMark() {
        RefusedPickle.unless(!marks.isEmpty(), "It refers to a mark that it never set.");
        List<Object> above = stack.subList(marks.pop(), stack.size());
        Object[] values = above.toArray();
        above.clear();
        return values;
    }

    private void putAll(Object[] keysAndValues) {
        RefusedPickle.unless(keysAndValues.length % 2 == 0, "It gives a dictionary a key without a value.");
        RefusedPickle.unless(top() instanceof PickleDictionary, "It puts a key into what is no dictionary.");
        PickleDictionary dictionary = (PickleDictionary) top();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            dictionary.put(keysAndValues[i], keysAndValues[i + 1]);
        }
    }
}
