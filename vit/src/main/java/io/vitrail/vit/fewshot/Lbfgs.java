package io.vitrail.vit.fewshot;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Finds the minimum of a smooth convex function by the L-BFGS method (Nocedal and Wright 2006, "Numerical
 * Optimization", algorithms 7.4 and 7.5), with steps that are halved until the function falls enough (algorithm 3.1).
 */
final class Lbfgs {
    /** A function and its slope. */
    @FunctionalInterface
    interface Objective {
        /** The value at x; the gradient there is written to the array. */
        double at(double[] x, double[] gradient);
    }

    /** A step and how the gradient changed over it. */
    private record Step(double[] x, double[] gradient, double product) {}

    private static final int REMEMBERED = 10;
    private static final int MOST_STEPS = 1000;
    private static final int MOST_HALVINGS = 50;
    private static final double FLAT = 1e-9;
    private static final double ENOUGH = 1e-4;

    private final Objective objective;
    private final Deque<Step> memory = new ArrayDeque<>(); // the last step first
    private double[] x;
    private double[] gradient;
    private double value;

    private Lbfgs(Objective objective, double[] start) {
        this.objective = objective;
        x = start.clone();
        gradient = new double[start.length];
        value = objective.at(x, gradient);
    }

    /** Where the gradient's largest part is below 1e-9, or no step leads further down in double precision. */
    static double[] minimum(Objective objective, double[] start) {
        Lbfgs search = new Lbfgs(objective, start);
        for (int i = 0; i < MOST_STEPS && largest(search.gradient) > FLAT && search.step(); i++) {}
        return search.x;
    }

    /** Goes a step; false if none leads down. */
    private boolean step() {
        double[] direction = direction();
        double slope = dot(direction, gradient);
        double length = memory.isEmpty() ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
        for (int i = 0; i < MOST_HALVINGS; i++, length /= 2) {
            double[] there = x.clone();
            add(length, direction, there);
            double[] gradientThere = new double[x.length];
            double valueThere = objective.at(there, gradientThere);
            if (valueThere < value + ENOUGH * length * slope) {
                remember(there, gradientThere);
                x = there;
                gradient = gradientThere;
                value = valueThere;
                return true;
            }
        }
        return false;
    }

    /** Minus the gradient times an estimate of the inverse Hessian (algorithm 7.4, the two loops). */
    private double[] direction() {
        double[] direction = new double[x.length];
        add(-1, gradient, direction);
        double[] factors = new double[memory.size()];
        int i = 0;
        for (Step step : memory) {
            factors[i] = dot(step.x, direction) / step.product;
            add(-factors[i++], step.gradient, direction);
        }
        if (!memory.isEmpty()) {
            Step last = memory.getFirst();
            scale(last.product / dot(last.gradient, last.gradient), direction);
        }
        for (Iterator<Step> oldest = memory.descendingIterator(); oldest.hasNext(); ) {
            Step step = oldest.next();
            add(factors[--i] - dot(step.gradient, direction) / step.product, step.x, direction);
        }
        return direction;
    }

    /** A step along which the function isn't curved tells nothing. */
    private void remember(double[] there, double[] gradientThere) {
        double[] step = there.clone();
        double[] change = gradientThere.clone();
        add(-1, x, step);
        add(-1, gradient, change);
        double product = dot(step, change);
        if (product > 1e-10 * dot(change, change)) {
            memory.addFirst(new Step(step, change, product));
            while (memory.size() > REMEMBERED) {
                memory.removeLast();
            }
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void add(double factor, double[] a, double[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += factor * a[i];
        }
    }

    private static void scale(double factor, double[] a) {
        for (int i = 0; i < a.length; i++) {
            a[i] *= factor;
        }
    }

    private static double largest(double[] a) {
        double largest = 0;
        for (double value : a) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
