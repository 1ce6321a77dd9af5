package io.vitrail.vit.image;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The steps of each kind of processor, in transformers' order. */
final class Recipes {
    /** ConvNeXt resizes pictures for this size and above without cropping. */
    private static final int CONVNEXT_WHOLE = 384;

    private Recipes() {}

    static Pipeline exact(ProcessorSettings settings) {
        return new Pipeline(resizeTo(settings, Recipes::exactSize), values(settings), List.of(), false);
    }

    static Pipeline exactAndCrop(ProcessorSettings settings) {
        List<PixelStep> steps = cropped(resizeTo(settings, Recipes::exactSize), settings);
        return new Pipeline(steps, values(settings), List.of(), false);
    }

    static Pipeline edgeAndCrop(ProcessorSettings settings) {
        List<PixelStep> steps = cropped(resizeTo(settings, Recipes::shortestEdgeOrExact), settings);
        return new Pipeline(steps, values(settings), List.of(), false);
    }

    static Pipeline convNext(ProcessorSettings settings) {
        List<PixelStep> steps = new ArrayList<>();
        if (settings.doResize()) {
            int edge = settings.size().edge(SizeEntry.SHORTEST);
            SizeRule rule = edge < CONVNEXT_WHOLE
                    ? new SizeRule.ShortestEdge((int) (edge / settings.cropShare()))
                    : new SizeRule.Exact(edge, edge);
            steps.add(new PixelStep.Resize(rule, settings.resample()));
            if (edge < CONVNEXT_WHOLE) {
                steps.add(new PixelStep.CentreCrop(edge, edge));
            }
        }
        return new Pipeline(steps, values(settings), List.of(), false);
    }

    static Pipeline vilt(ProcessorSettings settings) {
        List<PixelStep> steps = resizeTo(
                settings, size -> new SizeRule.DivisibleEdge(size.edge(SizeEntry.SHORTEST), settings.sizeDivisor()));
        return new Pipeline(steps, values(settings), List.of(), settings.doPad());
    }

    static Pipeline dinov3(ProcessorSettings settings) {
        if (!settings.doRescale()) {
            throw new IllegalArgumentException("DINOv3ViTImageProcessorFast is supported with 'do_rescale' true only.");
        }
        List<PlaneStep> steps = new ArrayList<>();
        if (settings.doResize()) {
            SizeEntry size = settings.size();
            boolean limited = size.has(SizeEntry.SHORTEST) && size.has(SizeEntry.LONGEST);
            SizeRule rule = limited
                    ? new SizeRule.LimitedEdge(size.edge(SizeEntry.SHORTEST), size.edge(SizeEntry.LONGEST))
                    : shortestEdgeOrExact(size);
            steps.add(new TensorResize(rule, settings.resample()));
        }
        if (settings.doCentreCrop()) {
            PixelStep.CentreCrop crop = settings.crop();
            steps.add(new PlaneStep.CentreCrop(crop.height(), crop.width()));
        }
        if (settings.doNormalise()) {
            steps.add(new PlaneStep.Normalise(settings.mean(), settings.deviation()));
        }
        ValueTable values = ValueTable.rescaledInSinglePrecision(settings.rescaleFactor());
        return new Pipeline(List.of(), values, steps, false);
    }

    private static List<PixelStep> resizeTo(ProcessorSettings settings, Function<SizeEntry, SizeRule> rule) {
        List<PixelStep> steps = new ArrayList<>();
        if (settings.doResize()) {
            steps.add(new PixelStep.Resize(rule.apply(settings.size()), settings.resample()));
        }
        return steps;
    }

    private static List<PixelStep> cropped(List<PixelStep> steps, ProcessorSettings settings) {
        if (settings.doCentreCrop()) {
            steps.add(settings.crop());
        }
        return steps;
    }

    private static SizeRule exactSize(SizeEntry size) {
        return new SizeRule.Exact(size.height(), size.width());
    }

    private static SizeRule shortestEdgeOrExact(SizeEntry size) {
        boolean edge = size.has(SizeEntry.SHORTEST);
        return edge ? new SizeRule.ShortestEdge(size.edge(SizeEntry.SHORTEST)) : exactSize(size);
    }

    private static ValueTable values(ProcessorSettings settings) {
        ValueTable values =
                settings.doRescale() ? ValueTable.rescaled(settings.rescaleFactor()) : ValueTable.identity();
        return settings.doNormalise() ? values.normalised(settings.mean(), settings.deviation()) : values;
    }
}
