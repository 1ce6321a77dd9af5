package io.vitrail.transformer.training;

/** How the steps of a training lie in its epochs, which may differ in length. */
final class Timetable {
    private static final double ROUNDING = 1e-9;

    private final Lesson lesson;
    private final int accumulated;
    private final long total;

    Timetable(Lesson lesson, FineTuning how) {
        this.lesson = lesson;
        accumulated = how.batching().accumulated();
        total = how.length().steps(this::steps, 0);
    }

    /** Steps of the whole training. */
    long total() {
        return total;
    }

    /** Steps of an epoch, counted from 0; the last one may add up fewer batches. */
    long steps(int epoch) {
        return (lesson.batches(epoch) + accumulated - 1L) / accumulated;
    }

    /** Steps of the first so many epochs, such as 2.5; rounded up where they end within one. */
    long steps(double epochs) {
        int whole = (int) epochs;
        long steps = (long) Math.ceil((epochs - whole) * steps(whole) - ROUNDING);
        for (int epoch = 0; epoch < whole; epoch++) {
            steps += steps(epoch);
        }
        return steps;
    }

    /**
     * Whether a stretch, repeated from the beginning on, ends with a step, or the training does.
     *
     * @param epoch that the step is in
     * @param number of the step, from 1
     * @param within the same within the epoch
     */
    boolean ends(Span stretch, int epoch, long number, long within) {
        double length = steps(epoch);
        long before = stretch.repeated(epoch + (within - 1) / length, number - 1, total);
        return number == total || stretch.repeated(epoch + within / length, number, total) > before;
    }

    /** The {@link Lesson#effort} of all steps behind the first so many. */
    double effort(long taken) {
        double effort = 0;
        long begun = 0;
        for (int epoch = 0; begun < total; epoch++) {
            long end = Math.min(begun + steps(epoch), total);
            effort += Math.max(0, end - Math.max(begun, taken)) * lesson.effort(epoch);
            begun = end;
        }
        return effort;
    }
}
