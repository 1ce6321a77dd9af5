package io.vitrail.vit.image;

import io.vitrail.transformer.Check;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Set;

/** Fetches encoded pictures from files, streams and addresses; never more bytes than the limit, never for ever. */
record ImageSource(ImageLimits limits, int timeOutMillis) {
    static final int TIME_OUT_MILLIS = 30_000;
    static final ImageSource DEFAULT = new ImageSource(ImageLimits.DEFAULT, TIME_OUT_MILLIS);

    private static final int MAXIMAL_REDIRECTIONS = 5;
    private static final Set<String> WEB = Set.of("http", "https");

    FileBytes read(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw ImageException.of("A folder is no picture.", file.toString(), "name a file.");
            }
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                throw ImageException.of("A device or pipe is no picture.", file.toString(), "name a file.");
            }
            limits.checkBytes(Files.size(file), file.toString());
            return new FileBytes(Files.readAllBytes(file), file.toString());
        } catch (NoSuchFileException e) {
            throw ImageException.of("There is no such file.", file.toString(), "check the path.", e);
        } catch (IOException e) {
            throw unreadable(file.toString(), e);
        }
    }

    FileBytes read(InputStream stream, String name) {
        try {
            byte[] bytes = stream.readNBytes((int) Math.min(Integer.MAX_VALUE - 8, limits.bytes() + 1));
            limits.checkBytes(bytes.length, name);
            return new FileBytes(bytes, name);
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    FileBytes read(URI uri) {
        String scheme = String.valueOf(uri.getScheme());
        return switch (scheme) {
            case "file" -> read(Path.of(uri));
            case "data" -> fromData(uri);
            case "http", "https" -> download(uri);
            default ->
                throw new IllegalArgumentException(
                        "The address " + uri + " can't be read; supported are file:, http:, https: and data:.");
        };
    }

    /** {@code data:image/png;base64,…} (RFC 2397). */
    private FileBytes fromData(URI uri) {
        String data = uri.getRawSchemeSpecificPart();
        int comma = data.indexOf(',');
        Check.that(
                comma >= 0 && data.substring(0, comma).endsWith(";base64"),
                "A data: address must hold base64: data:image/png;base64,…");
        byte[] bytes = Base64.getMimeDecoder().decode(data.substring(comma + 1).getBytes(StandardCharsets.US_ASCII));
        limits.checkBytes(bytes.length, "data: address");
        return new FileBytes(bytes, "data: address");
    }

    private FileBytes download(URI uri) {
        try {
            URLConnection connection = connect(uri, MAXIMAL_REDIRECTIONS);
            limits.checkBytes(connection.getContentLengthLong(), uri.toString());
            try (InputStream stream = new TimedStream(connection.getInputStream(), 4L * timeOutMillis)) {
                return read(stream, uri.toString());
            }
        } catch (IOException e) {
            throw unreadable(uri.toString(), e);
        }
    }

    /** Java follows redirections by itself, but not from http: to https:, which is the usual one. */
    private URLConnection connect(URI uri, int redirections) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setConnectTimeout(timeOutMillis);
        connection.setReadTimeout(timeOutMillis);
        connection.setRequestProperty("User-Agent", "vitrail");
        int status = connection.getResponseCode();
        if (status == HttpURLConnection.HTTP_OK) {
            return connection;
        }
        connection.disconnect();
        String location = connection.getHeaderField("Location");
        boolean redirected = status / 100 == 3 && location != null && redirections > 0;
        URI next = redirected ? uri.resolve(location) : uri;
        if (redirected && WEB.contains(String.valueOf(next.getScheme()))) {
            return connect(next, redirections - 1);
        }
        throw ImageException.of("The server answers with status " + status + ".", uri.toString(), "check the address.");
    }

    private static ImageException unreadable(String name, IOException cause) {
        return ImageException.of(
                "The picture can't be read: " + cause.getMessage(),
                name,
                "check that it is there and readable.",
                cause);
    }
}
