package io.vitrail.vit.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that gives up after a time in all: a read time-out alone lets a server that drips bytes go on for ever. */
final class TimedStream extends FilterInputStream {
    private final long end;
    private final long millis;

    TimedStream(InputStream stream, long millis) {
        super(stream);
        this.millis = millis;
        this.end = System.nanoTime() + millis * 1_000_000;
    }

    @Override
    public int read() throws IOException {
        checkTime();
        return super.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        checkTime();
        return super.read(bytes, offset, length);
    }

    private void checkTime() throws IOException {
        if (System.nanoTime() - end > 0) {
            throw new IOException("it takes longer than " + millis / 1000 + " s");
        }
    }
}
