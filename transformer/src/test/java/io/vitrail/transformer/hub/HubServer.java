package io.vitrail.transformer.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Answers as huggingface.co does, on the loopback: a hub that tells commits, tags and sizes, and a storage for large
 * files on another port. Faults are put in its way, for one request each.
 */
public final class HubServer implements AutoCloseable {
    /** What was asked of the hub or its storage. */
    public record Request(String server, String method, String path, Map<String, List<String>> headers) {
        public Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name)).map(values -> values.get(0));
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    /** Answers in place of the server. */
    @FunctionalInterface
    public interface Fault {
        void answer(HttpExchange exchange, byte[] content) throws IOException;
    }

    private record Content(byte[] bytes, boolean large) {
        String tag() {
            return large ? digest("SHA-256", bytes) : digest("SHA-1", ascii("blob " + bytes.length + "\0"), bytes);
        }
    }

    private final Map<String, String> revisions = new ConcurrentHashMap<>();
    private final Map<String, Content> files = new ConcurrentHashMap<>();
    private final Map<String, Content> stored = new ConcurrentHashMap<>();
    private final Map<String, Fault> rules = new ConcurrentHashMap<>();
    private final Map<String, Queue<Fault>> faults = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer hub = start("hub");
    private final HttpServer storage = start("storage");

    private HttpServer start(String name) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
            server.createContext("/", exchange -> handle(name, exchange));
            server.setExecutor(threads);
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A commit whose id is made of a number. */
    public static String commit(int number) {
        return String.format("%040x", number);
    }

    /** Lets a branch or tag of a model be a commit. */
    public HubServer revision(String model, String revision, String commit) {
        revisions.put(model + "@" + revision, commit);
        revisions.put(model + "@" + commit, commit);
        return this;
    }

    /** Adds a file to a commit; a large one lies in the storage, as LFS has it. */
    public HubServer file(String model, String commit, String name, byte[] bytes, boolean large) {
        files.put(model + "@" + commit + "/" + name, new Content(bytes, large));
        return this;
    }

    public HubServer file(String model, String commit, String name, String text) {
        return file(model, commit, name, ascii(text), false);
    }

    /** Answers every request for a path that begins so, of the hub, by this. */
    public HubServer always(String path, Fault fault) {
        rules.put(path, fault);
        return this;
    }

    /** Answers the next requests of this method, to the hub ("hub GET") or the storage, one fault each. */
    public HubServer next(String serverAndMethod, Fault... given) {
        faults.computeIfAbsent(serverAndMethod, key -> new ConcurrentLinkedQueue<>())
                .addAll(Arrays.asList(given));
        return this;
    }

    /** What was asked, in that order. */
    public List<Request> requests() {
        return requests;
    }

    /** What was asked of one server by one method, such as "storage GET". */
    public List<Request> requests(String serverAndMethod) {
        return requests.stream()
                .filter(request -> serverAndMethod.equals(request.server() + " " + request.method()))
                .toList();
    }

    public String address() {
        return "http://127.0.0.1:" + hub.getAddress().getPort();
    }

    String storageAddress() {
        return "http://127.0.0.1:" + storage.getAddress().getPort();
    }

    int port() {
        return hub.getAddress().getPort();
    }

    private void handle(String server, HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        requests.add(new Request(server, exchange.getRequestMethod(), path, Map.copyOf(exchange.getRequestHeaders())));
        try (exchange) {
            Queue<Fault> waiting = faults.get(server + " " + exchange.getRequestMethod());
            Fault fault = waiting == null ? null : waiting.poll();
            Optional<Fault> rule = rules.entrySet().stream()
                    .filter(entry -> server.equals("hub") && path.startsWith(entry.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst();
            if (server.equals("storage")) {
                store(exchange, stored.get(path), fault);
            } else if (rule.isPresent()) {
                rule.get().answer(exchange, new byte[0]);
            } else {
                resolve(exchange, path, fault);
            }
        }
    }

    private void resolve(HttpExchange exchange, String path, Fault fault) throws IOException {
        String[] parts = path.substring(1).split("/resolve/", 2);
        int slash = parts.length == 2 ? parts[1].indexOf('/') : -1;
        String revision = slash < 0 ? "" : parts[1].substring(0, slash).replace("%2F", "/");
        String commit = revisions.get(parts[0] + "@" + revision);
        if (commit == null) {
            boolean known = revisions.keySet().stream().anyMatch(key -> key.startsWith(parts[0] + "@"));
            Faults.status(known ? 404 : 401, "X-Error-Code", known ? "RevisionNotFound" : "RepoNotFound")
                    .answer(exchange, new byte[0]);
            return;
        }
        exchange.getResponseHeaders().set("X-Repo-Commit", commit);
        Content content = files.get(parts[0] + "@" + commit + decoded(parts[1].substring(slash)));
        if (fault != null) {
            fault.answer(exchange, content == null ? new byte[0] : content.bytes());
        } else if (content == null) {
            Faults.status(404, "X-Error-Code", "EntryNotFound").answer(exchange, new byte[0]);
        } else if (content.large()) {
            exchange.getResponseHeaders().set("X-Linked-Etag", '"' + content.tag() + '"');
            exchange.getResponseHeaders().set("X-Linked-Size", "" + content.bytes().length);
            stored.put("/" + content.tag(), content);
            Faults.redirect(storageAddress() + "/" + content.tag() + "?Signature=secret")
                    .answer(exchange, new byte[0]);
        } else {
            exchange.getResponseHeaders().set("ETag", '"' + content.tag() + '"');
            Faults.send(exchange, content.bytes());
        }
    }

    private static String decoded(String path) {
        return URLDecoder.decode(path, StandardCharsets.UTF_8);
    }

    private static void store(HttpExchange exchange, Content content, Fault fault) throws IOException {
        if (content == null) {
            Faults.status(404).answer(exchange, new byte[0]);
            return;
        }
        exchange.getResponseHeaders().set("ETag", "\"storage-" + content.tag().substring(0, 8) + "\"");
        if (fault != null) {
            fault.answer(exchange, content.bytes());
        } else {
            Faults.send(exchange, content.bytes());
        }
    }

    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String digest(String algorithm, byte[]... pieces) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            for (byte[] piece : pieces) {
                digest.update(piece);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        hub.stop(0);
        storage.stop(0);
        threads.shutdownNow();
    }
}
