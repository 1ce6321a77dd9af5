package io.vitrail.transformer.hub;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** What goes wrong between a server and its client. */
public final class Faults {
    private Faults() {}

    /** Only a status, and headers as pairs of name and value. */
    public static HubServer.Fault status(int status, String... headers) {
        return (exchange, content) -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
        };
    }

    static HubServer.Fault redirect(String location) {
        return status(302, "Location", location);
    }

    /** Right until then, and then the connection ends. */
    public static HubServer.Fault cutAfter(int bytes) {
        return (exchange, content) -> {
            int from = from(exchange);
            exchange.sendResponseHeaders(status(exchange, from, content), content.length - from);
            exchange.getResponseBody().write(content, from, bytes);
            exchange.getResponseBody().flush();
        };
    }

    /** The same length, other bytes. */
    static HubServer.Fault wrongContent() {
        return (exchange, content) -> {
            byte[] wrong = new byte[content.length];
            Arrays.fill(wrong, (byte) 'x');
            send(exchange, wrong);
        };
    }

    /** Other bytes, of another length. */
    static HubServer.Fault wrongLength(int length) {
        return (exchange, content) -> {
            exchange.sendResponseHeaders(200, length);
            exchange.getResponseBody().write(new byte[length]);
        };
    }

    /** In pieces without a length that is told before. */
    static HubServer.Fault chunked(int length) {
        return (exchange, content) -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(Arrays.copyOf(content, length));
        };
    }

    /** All of it, whatever part was asked for. */
    static HubServer.Fault ignoringRange() {
        return (exchange, content) -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
        };
    }

    /** A byte now and then. */
    static HubServer.Fault trickle(long pauseMillis) {
        return (exchange, content) -> {
            int from = from(exchange);
            exchange.sendResponseHeaders(status(exchange, from, content), content.length - from);
            OutputStream out = exchange.getResponseBody();
            for (int i = from; i < content.length; i++) {
                out.write(content[i]);
                out.flush();
                sleep(pauseMillis);
            }
        };
    }

    /** Right, in so many pieces with a pause after each. */
    static HubServer.Fault slowly(int pieces, long pauseMillis) {
        return (exchange, content) -> {
            exchange.sendResponseHeaders(200, content.length);
            for (int i = 0; i < pieces; i++) {
                int from = (int) ((long) content.length * i / pieces);
                int to = (int) ((long) content.length * (i + 1) / pieces);
                exchange.getResponseBody().write(content, from, to - from);
                exchange.getResponseBody().flush();
                sleep(pauseMillis);
            }
        };
    }

    /** Nothing for so long, then nothing right. */
    static HubServer.Fault silent(long millis) {
        return (exchange, content) -> sleep(millis);
    }

    /** Half of the content, then nothing for so long. */
    static HubServer.Fault stalled(long millis) {
        return (exchange, content) -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, content.length / 2);
            exchange.getResponseBody().flush();
            sleep(millis);
        };
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Right: all of it, or the rest that was asked for if the tag is still the same. */
    static void send(HttpExchange exchange, byte[] content) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", "" + content.length);
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        int from = from(exchange);
        if (from >= content.length && from > 0) {
            status(416, "Content-Range", "bytes */" + content.length).answer(exchange, content);
            return;
        }
        exchange.sendResponseHeaders(status(exchange, from, content), content.length == 0 ? -1 : content.length - from);
        exchange.getResponseBody().write(content, from, content.length - from);
    }

    private static int from(HttpExchange exchange) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        String condition = exchange.getRequestHeaders().getFirst("If-Range");
        boolean same = condition == null
                || condition.equals(exchange.getResponseHeaders().getFirst("ETag"));
        return range == null || !same ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    }

    private static int status(HttpExchange exchange, int from, byte[] content) {
        if (from == 0) {
            return 200;
        }
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        return 206;
    }
}
