package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import io.vitrail.vit.training.CropSampler.Raster;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * What a JPEG file loses of a small picture. Thumbnails were compressed after they were shrunk, photos before: without
 * this, a model knows the thumbnails' classes by the blocks' edges. Allocates native memory and frees it in each call.
 */
final class JpegArtefacts {
    private JpegArtefacts() {}

    /**
     * Compresses and decompresses, in place.
     *
     * @param quality from 1 to 100
     */
    static void apply(Raster raster, int quality) {
        byte[] bgr = new byte[raster.rgb.length];
        for (int i = 0; i < bgr.length; i += 3) {
            for (int channel = 0; channel < 3; channel++) {
                bgr[i + channel] = (byte) Math.round(Math.max(0, Math.min(255, raster.rgb[i + 2 - channel])));
            }
        }
        try (BytePointer pixels = new BytePointer(bgr);
                Mat picture = new Mat(raster.height, raster.width, opencv_core.CV_8UC3, pixels);
                BytePointer file = new BytePointer();
                IntPointer settings = new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, quality)) {
            Check.state(opencv_imgcodecs.imencode(".jpg", picture, file, settings), "OpenCV can't write a JPEG.");
            try (Mat written = new Mat(1, (int) file.limit(), opencv_core.CV_8UC1, file);
                    Mat read = opencv_imgcodecs.imdecode(written, opencv_imgcodecs.IMREAD_COLOR)) {
                read.data().get(bgr);
            }
        }
        for (int i = 0; i < bgr.length; i += 3) {
            for (int channel = 0; channel < 3; channel++) {
                raster.rgb[i + channel] = bgr[i + 2 - channel] & 0xff;
            }
        }
    }
}
