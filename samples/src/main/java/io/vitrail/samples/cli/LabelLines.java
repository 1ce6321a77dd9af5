package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.vit.Classification;
import io.vitrail.vit.ScoredLabel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;

/**
 * How the most probable labels of pictures are printed.
 *
 * @param topK most labels of a picture
 */
record LabelLines(PrintWriter out, boolean json, int topK) {
    void print(Path file, Classification classification) {
        if (json) {
            Output.line(out, object(file, classification));
            return;
        }
        out.println(file);
        for (ScoredLabel label : classification.top(topK)) {
            out.printf(Locale.ROOT, "  %5.1f %%  %s%n", 100 * label.probability(), label.label());
        }
        if (classification.isUnsure()) {
            out.printf(
                    "  none of my %d classes, probably%n",
                    classification.labels().size());
        }
        out.flush();
    }

    ObjectNode object(Path file, Classification classification) {
        ObjectNode line = Output.object().put("file", file.toString());
        ArrayNode labels = line.putArray("labels");
        for (ScoredLabel label : classification.top(topK)) {
            labels.addObject().put("label", label.label()).put("probability", Output.rounded(label.probability()));
        }
        if (classification.isUnsure()) {
            line.put("unsure", true);
        }
        return line;
    }
}
