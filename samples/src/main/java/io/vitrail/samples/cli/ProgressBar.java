package io.vitrail.samples.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** How far a long command is: a bar that redraws itself on a terminal, otherwise a line now and then. */
final class ProgressBar {
    private static final int WIDTH = 24;
    private static final long REDRAW_NANOS = 200_000_000L;
    private static final long LINE_NANOS = 15_000_000_000L;

    private final PrintWriter err;
    private final boolean terminal;
    private long last = System.nanoTime();

    ProgressBar(PrintWriter err) {
        this.err = err;
        terminal = System.console() != null && System.getenv("TERM") != null;
    }

    /** Shows how much is done, and a note. */
    void show(long done, long total, String note) {
        long now = System.nanoTime();
        boolean due = now - last >= (terminal ? REDRAW_NANOS : LINE_NANOS);
        if (!due && done < total) {
            return;
        }
        last = now;
        if (terminal) {
            int full = (int) (WIDTH * done / Math.max(total, 1));
            String bar = "█".repeat(full) + "░".repeat(WIDTH - full);
            err.printf("\r\u001b[K%s %s", bar, note);
        } else {
            err.printf(Locale.ROOT, "%3d %% %s%n", 100 * done / Math.max(total, 1), note);
        }
        err.flush();
    }

    /** A line of its own, above the bar. */
    void line(String text) {
        err.println((terminal ? "\r\u001b[K" : "") + text);
        err.flush();
    }

    /** Ends the bar's line. */
    void end() {
        if (terminal) {
            err.print("\r\u001b[K");
            err.flush();
        }
    }
}
