package io.vitrail.fusion.bulk;

import java.time.Duration;

/**
 * How far bulk work is.
 *
 * @param done items whose outcome was delivered
 * @param failed those among them that failed
 * @param elapsed since the first was asked for
 */
public record Progress(long done, long failed, Duration elapsed) {
    /** Items in a second, on average. */
    public double perSecond() {
        return done * 1e9 / Math.max(elapsed.toNanos(), 1);
    }
}
