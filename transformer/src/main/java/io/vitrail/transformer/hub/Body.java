package io.vitrail.transformer.hub;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The content of an answer, piece by piece as the reader asks for it; a piece that doesn't come in time is an error.
 * Java's own time-outs of a request end with its header, and its streams wait forever.
 */
final class Body implements HttpResponse.BodySubscriber<Body>, AutoCloseable {
    private static final List<ByteBuffer> END = List.of();

    private final BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
    private Flow.Subscription subscription;
    private boolean closed;

    @Override
    public CompletionStage<Body> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (closed) {
            given.cancel();
        } else {
            given.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        arrived.add(buffers);
    }

    @Override
    public void onError(Throwable failure) {
        arrived.add(failure);
    }

    @Override
    public void onComplete() {
        arrived.add(END);
    }

    /**
     * The next piece; none at the end.
     *
     * @throws HttpTimeoutException if nothing comes within that time
     */
    @SuppressWarnings("unchecked") // the queue holds what the three methods above put in
    List<ByteBuffer> next(Duration patience) throws IOException, InterruptedException {
        Object piece = arrived.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        if (piece == null) {
            throw new HttpTimeoutException("nothing was received for " + patience.toMillis() / 1000.0 + " s");
        }
        if (piece instanceof Throwable failure) {
            throw failure instanceof IOException cut ? cut : new IOException(failure);
        }
        if (piece != END) {
            request();
        }
        return (List<ByteBuffer>) piece;
    }

    private synchronized void request() {
        subscription.request(1);
    }

    /** Ends the connection, unless all was read. */
    @Override
    public synchronized void close() {
        closed = true;
        if (subscription != null) {
            subscription.cancel();
        }
    }
}
