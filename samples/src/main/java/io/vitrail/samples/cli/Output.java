package io.vitrail.samples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;

/** Writes results: for people, or as one JSON object per line. */
final class Output {
    private static final ObjectMapper JSON = new ObjectMapper();

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
}
