package io.vitrail.text.tokenizer.template;

import java.math.BigInteger;

/** Arithmetic of Python's numbers; whole ones must fit into 64 bits. */
enum Arithmetic {
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    FLOOR_DIVIDE,
    MODULO,
    POWER;

    Object of(Object a, Object b) {
        if (!Values.isNumber(a) || !Values.isNumber(b)) {
            throw new TemplateError("%s and %s can't be combined", Values.kind(a), Values.kind(b));
        }
        boolean divides = this == DIVIDE || this == FLOOR_DIVIDE || this == MODULO;
        if (divides && Values.asDouble(b) == 0) {
            throw new TemplateError("it divides by zero");
        }
        boolean whole = !(a instanceof Double) && !(b instanceof Double);
        return whole && this != DIVIDE && (this != POWER || Values.asLong(b) >= 0)
                ? ofWhole(Values.asLong(a), Values.asLong(b))
                : ofReal(Values.asDouble(a), Values.asDouble(b));
    }

    private Object ofWhole(long a, long b) {
        try {
            return switch (this) {
                case ADD -> Math.addExact(a, b);
                case SUBTRACT -> Math.subtractExact(a, b);
                case MULTIPLY -> Math.multiplyExact(a, b);
                case FLOOR_DIVIDE -> Math.floorDiv(a, b);
                case MODULO -> Math.floorMod(a, b);
                case DIVIDE -> (double) a / b;
                case POWER -> BigInteger.valueOf(a).pow((int) Math.min(b, 64)).longValueExact();
            };
        } catch (ArithmeticException e) {
            throw new TemplateError("a number is too large");
        }
    }

    private double ofReal(double a, double b) {
        return switch (this) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case FLOOR_DIVIDE -> Math.floor(a / b);
            case MODULO -> a - b * Math.floor(a / b);
            case POWER -> Math.pow(a, b);
        };
    }
}
