package io.vitrail.vit.image;

import io.vitrail.transformer.Check;
import io.vitrail.vit.image.CentreCrop.Surplus;
import java.util.Optional;
import java.util.function.Function;

/** The steps of each kind of processor, in transformers' order. */
final class Recipes {
    /** ConvNeXt resizes pictures for this size and above without cropping. */
    private static final int CONVNEXT_WHOLE = 384;

    private Recipes() {}

    static Pipeline exact(ProcessorSettings settings) {
        return pipeline(settings, pillow(settings, Recipes::exactSize), Optional.empty(), false);
    }

    static Pipeline exactAndCrop(ProcessorSettings settings) {
        return pipeline(settings, pillow(settings, Recipes::exactSize), settings.crop(Surplus.BEFORE), false);
    }

    static Pipeline edgeAndCrop(ProcessorSettings settings) {
        Resize resize = pillow(settings, Recipes::shortestEdgeOrExact);
        return pipeline(settings, resize, settings.crop(Surplus.BEFORE), false);
    }

    static Pipeline edgeAndCropEvenly(ProcessorSettings settings) {
        Resize resize = pillow(settings, Recipes::shortestEdgeOrExact);
        return pipeline(settings, resize, settings.crop(Surplus.AFTER_EVEN), false);
    }

    static Pipeline convNext(ProcessorSettings settings) {
        Resize resize = pillow(settings, size -> {
            int edge = size.edge(SizeEntry.SHORTEST);
            return edge < CONVNEXT_WHOLE
                    ? new SizeRule.ShortestEdge((int) (edge / settings.cropShare()))
                    : new SizeRule.Exact(edge, edge);
        });
        if (resize.rule() instanceof SizeRule.ShortestEdge) {
            int edge = settings.size().edge(SizeEntry.SHORTEST);
            return pipeline(settings, resize, Optional.of(new CentreCrop(edge, edge, Surplus.BEFORE)), false);
        }
        return pipeline(settings, resize, Optional.empty(), false);
    }

    static Pipeline vilt(ProcessorSettings settings) {
        Resize resize = pillow(
                settings, size -> new SizeRule.DivisibleEdge(size.edge(SizeEntry.SHORTEST), settings.sizeDivisor()));
        return pipeline(settings, resize, Optional.empty(), settings.doPad());
    }

    static Pipeline idefics3(ProcessorSettings settings) {
        return new TilePipeline(
                pillow(settings, Recipes::longestEdgeOrExact),
                settings.tileSide(),
                settings.doCutTiles(),
                settings.filter(),
                values(settings),
                settings.doPad());
    }

    static Pipeline dinov3(ProcessorSettings settings) {
        Resize resize = settings.resize(Recipes::edgesOrExact, ResizeArithmetic.PYTORCH);
        Resampling filter = resize.filter();
        Check.that(
                filter == Resampling.NEAREST || filter == Resampling.BILINEAR || filter == Resampling.BICUBIC,
                "This processor resizes with filter 0 (nearest), 2 (bilinear) or 3 (bicubic), not %d.",
                filter.number());
        Check.that(
                settings.doRescale() || !settings.doNormalise(),
                "This processor can't normalise what it doesn't rescale: 'do_normalize' needs 'do_rescale'.");
        Optional<CentreCrop> crop = settings.crop(Surplus.AFTER);
        ValueTable values = settings.doRescale()
                ? ValueTable.rescaledInSinglePrecision(settings.rescaleFactor())
                : ValueTable.raw();
        boolean onSamples = filter == Resampling.NEAREST || filter == Resampling.BICUBIC && values.isRaw();
        if (onSamples) {
            return new SamplePipeline(resize, crop, normalised(values, settings), false);
        }
        Normalisation normalisation = settings.doNormalise() ? settings.normalisation() : Normalisation.NONE;
        return new TensorPipeline(values, resize, crop, normalisation);
    }

    private static Resize pillow(ProcessorSettings settings, Function<SizeEntry, SizeRule> rule) {
        return settings.resize(rule, ResizeArithmetic.PILLOW);
    }

    private static Pipeline pipeline(
            ProcessorSettings settings, Resize resize, Optional<CentreCrop> crop, boolean padsBatch) {
        return new SamplePipeline(resize, crop, values(settings), padsBatch);
    }

    private static ValueTable values(ProcessorSettings settings) {
        ValueTable values = settings.doRescale() ? ValueTable.rescaled(settings.rescaleFactor()) : ValueTable.raw();
        return normalised(values, settings);
    }

    private static ValueTable normalised(ValueTable values, ProcessorSettings settings) {
        return settings.doNormalise() ? values.normalised(settings.normalisation()) : values;
    }

    private static SizeRule exactSize(SizeEntry size) {
        return new SizeRule.Exact(size.height(), size.width());
    }

    private static SizeRule shortestEdgeOrExact(SizeEntry size) {
        boolean edge = size.has(SizeEntry.SHORTEST);
        return edge ? new SizeRule.ShortestEdge(size.edge(SizeEntry.SHORTEST)) : exactSize(size);
    }

    private static SizeRule longestEdgeOrExact(SizeEntry size) {
        boolean edge = size.has(SizeEntry.LONGEST);
        return edge ? new SizeRule.LongestEdge(size.edge(SizeEntry.LONGEST)) : exactSize(size);
    }

    /** The forms that fast processors know. */
    private static SizeRule edgesOrExact(SizeEntry size) {
        if (size.has(SizeEntry.SHORTEST) && size.has(SizeEntry.LONGEST)) {
            return new SizeRule.LimitedEdge(size.edge(SizeEntry.SHORTEST), size.edge(SizeEntry.LONGEST));
        }
        return size.has(SizeEntry.MAX_HEIGHT)
                ? new SizeRule.Within(size.edge(SizeEntry.MAX_HEIGHT), size.edge(SizeEntry.MAX_WIDTH))
                : shortestEdgeOrExact(size);
    }
}
