package io.vitrail.vit.djl;

import ai.djl.Device;
import ai.djl.modality.cv.Image;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.vit.image.ImageProcessor;
import java.util.List;

/** DJL's pictures to a model's pixels, as the checkpoint's preprocessor_config.json says. */
abstract class PictureTranslator<O> implements Translator<Image, O> {
    private final ImageProcessor processor;

    PictureTranslator(ImageProcessor processor) {
        this.processor = processor;
    }

    /** One picture, [3, imageHeight, imageWidth]: for those who batch by themselves, as DJL Serving. */
    @Override
    public NDList processInput(TranslatorContext context, Image picture) {
        return new NDList(pixels(context, List.of(picture)).squeeze(0));
    }

    @Override
    public NDList batchProcessInput(TranslatorContext context, List<Image> pictures) {
        return new NDList(pixels(context, pictures));
    }

    private NDArray pixels(TranslatorContext context, List<Image> pictures) {
        return processor
                .process(pictures.parallelStream().map(PictureTranslator::copy), context.getNDManager())
                .pixelValues(); // [batch, 3, imageHeight, imageWidth]
    }

    /** The same pixels, whichever ImageFactory decoded them. */
    static io.vitrail.vit.image.Image copy(Image picture) {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            byte[] rgb = picture.toNDArray(manager, Image.Flag.COLOR).toByteArray(); // [height, width, 3], unsigned
            return io.vitrail.vit.image.Image.fromPixels(rgb, picture.getWidth(), picture.getHeight());
        }
    }
}
