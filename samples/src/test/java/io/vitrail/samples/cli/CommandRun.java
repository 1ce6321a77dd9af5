package io.vitrail.samples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.Resources;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;

/**
 * What a command line did.
 *
 * @param status its exit status
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
record CommandRun(int status, String out, String err) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** The folder of golden cases among the test resources. */
    static final Path GOLDENS = Resources.path("/goldens");
    /** A checkpoint with two pictures, photo.png and drawing.png. */
    static final Path CHECKPOINT = GOLDENS.resolve("vit/classification");

    /** Checkpoints of pictures and texts, with pictures, which are the module fusion's. */
    static final Path FUSION = Resources.path("/fusion/goldens");

    /** Checkpoints of text by their tasks, which are the module text's. */
    static final Path TEXT_TASKS = Resources.path("/text/tasks");

    static CommandRun of(Object... arguments) {
        return of(Vitrail.commandLine(), arguments);
    }

    static CommandRun of(CommandLine line, Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        String[] texts = List.of(arguments).stream().map(Object::toString).toArray(String[]::new);
        int status = line.execute(texts);
        line.getOut().flush();
        line.getErr().flush();
        return new CommandRun(status, out.toString(), err.toString());
    }

    /** With a text on standard input. */
    static CommandRun reading(String input, Object... arguments) {
        return reading(input.getBytes(StandardCharsets.UTF_8), arguments);
    }

    static CommandRun reading(byte[] input, Object... arguments) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input));
        try {
            return of(arguments);
        } finally {
            System.setIn(before);
        }
    }

    List<String> lines() {
        return out.lines().toList();
    }

    /** Standard output as one JSON object per line. */
    List<JsonNode> json() {
        return out.lines().map(CommandRun::parse).toList();
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("No JSON: " + line, e);
        }
    }
}
