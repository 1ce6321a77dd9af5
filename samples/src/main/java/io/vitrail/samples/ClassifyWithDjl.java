package io.vitrail.samples;

import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import java.nio.file.Path;

/** Says what a photo shows, in DJL's own words: for programs that use DJL already. */
public class ClassifyWithDjl {
    public static void main(String[] arguments) throws Exception {
        Image photo = ImageFactory.getInstance().fromFile(Path.of(arguments[0]));
        Criteria<Image, Classifications> criteria = Criteria.builder()
                .setTypes(Image.class, Classifications.class)
                .optModelUrls("vitrail://embedded")
                .build();
        try (ZooModel<Image, Classifications> model = criteria.loadModel();
                Predictor<Image, Classifications> predictor = model.newPredictor()) {
            predictor.predict(photo).topK(3).forEach(System.out::println);
        }
    }
}
