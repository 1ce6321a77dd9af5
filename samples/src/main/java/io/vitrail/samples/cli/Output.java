package io.vitrail.samples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where results go: JSON, one object per line, or a folder. */
final class Output {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** How results are told. */
    enum Style {
        TEXT,
        JSON
    }

    private Output() {}

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** One object on one line, at once: a reader at the other end of a pipe sees it now. */
    static void line(PrintWriter out, ObjectNode object) {
        try {
            out.println(JSON.writeValueAsString(object));
            out.flush();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A probability to six decimals: more are noise of float32. */
    static double rounded(double probability) {
        return Math.round(probability * 1e6) / 1e6;
    }

    /**
     * Makes a folder for results, before the work whose results go there.
     *
     * @throws IllegalArgumentException if it can't be made or written to
     */
    static void makeFolder(Path folder, String option) {
        String problem = "no permission to write";
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            problem = e.toString();
        }
        Check.that(
                Files.isDirectory(folder) && Files.isWritable(folder),
                "Nothing can be written to '%s' (%s).%n  try:  %s with another folder.",
                folder,
                problem,
                option);
    }
}
