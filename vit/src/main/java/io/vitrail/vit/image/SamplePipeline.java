package io.vitrail.vit.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Resizes and crops samples of 8 bits, then looks up their values: what most processors do. */
record SamplePipeline(Resize resize, Optional<CentreCrop> crop, ValueTable values, boolean padsBatch)
        implements Pipeline {
    @Override
    public Planes run(Image image) {
        Pixels pixels = image.pixels();
        SizeRule.Size size = resize.rule().of(pixels.height(), pixels.width());
        Window frame = Pipeline.frame(crop, size);
        Window part = frame.within(size);
        return values.apply(resize.apply(pixels, size, part)).framed(part, frame, values.black());
    }

    @Override
    public boolean isRaw() {
        return values.isRaw();
    }

    @Override
    public String toString() {
        List<String> steps = new ArrayList<>();
        if (!resize.equals(Resize.NONE)) {
            steps.add(resize.toString());
        }
        crop.ifPresent(c -> steps.add(c.toString()));
        steps.addAll(values.steps());
        if (padsBatch) {
            steps.add("pad to the largest of the batch");
        }
        return String.join(", ", steps);
    }
}
