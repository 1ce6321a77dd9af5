package io.vitrail.vit.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.modality.cv.Image;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.translate.TranslateException;
import ai.djl.util.Progress;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.NativeMemory;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model of DJL's, from being loaded to being closed. */
class DjlLifeTest {
    @TempDir
    private Path folder;

    private static ZooModel<Image, Classifications> load() throws Exception {
        return Criteria.builder()
                .setTypes(Image.class, Classifications.class)
                .optModelUrls("vitrail://embedded")
                .build()
                .loadModel();
    }

    @Test
    void predictionsLeaveNothingBehind() throws Exception {
        Image picture = Photos.read("rocket.jpg").getSubImage(300, 100, 64, 48);
        try (ZooModel<Image, Classifications> model = load();
                Predictor<Image, Classifications> predictor = model.newPredictor()) {
            predictor.predict(picture);
            Set<String> before = NativeMemory.arrays();
            for (int i = 0; i < 200; i++) {
                predictor.predict(picture);
            }
            assertThat(NativeMemory.arrays()).isSubsetOf(before);
        }
    }

    @Test
    void closingTheModelFreesAllOfIt() throws Exception {
        load().close(); // kernels stay, once they are made
        Set<String> before = NativeMemory.arrays();
        ZooModel<Image, Classifications> model = load();
        Predictor<Image, Classifications> predictor = model.newPredictor();
        predictor.predict(Photos.read("rocket.jpg"));
        assertThat(before.containsAll(NativeMemory.arrays())).isFalse();
        model.close();
        assertThat(NativeMemory.arrays()).isSubsetOf(before);
    }

    @Test
    void aPredictorOfAClosedModelSaysSo() throws Exception {
        ZooModel<Image, Classifications> model = load();
        Predictor<Image, Classifications> predictor = model.newPredictor();
        model.close();
        assertThatThrownBy(() -> predictor.predict(Photos.read("rocket.jpg")))
                .isInstanceOf(TranslateException.class)
                .rootCause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("NDManager has been closed already.");
    }

    @Test
    void theBlockOfAClosedModelSaysSo() throws Exception {
        ZooModel<Image, Classifications> model = load();
        model.close();
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            NDList pixels = new NDList(manager.ones(new Shape(1, 3, 64, 64)));
            assertThatThrownBy(() -> model.getBlock().forward(null, pixels, false))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("The model is closed.");
        }
    }

    @Test
    void eachThreadHasAPredictorOfOneModel() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (ZooModel<Image, Classifications> model = load()) {
            List<List<Double>> expected = predict(model);
            CyclicBarrier start = new CyclicBarrier(2);
            Callable<List<List<Double>>> work = () -> {
                start.await();
                return predict(model);
            };
            for (Future<List<List<Double>>> answer : threads.invokeAll(List.of(work, work))) {
                assertThat(answer.get()).isEqualTo(expected);
            }
        } finally {
            threads.shutdown();
        }
    }

    private static List<List<Double>> predict(ZooModel<Image, Classifications> model) throws TranslateException {
        List<List<Double>> answers = new ArrayList<>();
        try (Predictor<Image, Classifications> predictor = model.newPredictor()) {
            for (int round = 0; round < 2; round++) {
                for (Image photo : Photos.all()) {
                    answers.add(predictor.predict(photo).getProbabilities());
                }
            }
        }
        return answers;
    }

    @Test
    void trainingAndSavingAreRefused() throws Exception {
        try (ZooModel<Image, Classifications> model = load();
                Trainer trainer = model.newTrainer(new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()));
                NDManager manager = model.getNDManager().newSubManager()) {
            NDList pixels = new NDList(manager.ones(new Shape(1, 3, 64, 64)));
            assertThatThrownBy(() -> trainer.forward(pixels))
                    .hasMessage("A model loaded through DJL is prepared for inference.\n"
                            + "  try:  train with io.vitrail.vit.training.");
            assertThatThrownBy(() -> model.save(folder, "copy"))
                    .hasMessage("The weights are in the checkpoint's folder: copy that.");
        }
    }

    @Test
    void pixelsOnAnotherDeviceAreRefused() throws Exception {
        InvocationHandler handler =
                (proxy, method, values) -> method.getName().equals("getDevice") ? Device.gpu() : null;
        NDArray elsewhere = (NDArray)
                Proxy.newProxyInstance(NDArray.class.getClassLoader(), new Class<?>[] {NDArray.class}, handler);
        try (ZooModel<Image, Classifications> model = load()) {
            assertThatThrownBy(() -> model.getBlock().forward(null, new NDList(elsewhere), false))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("The pixels are on gpu(0), the model is on cpu().\n"
                            + "  try:  load it there, with Criteria.optDevice.");
        }
    }

    @Test
    void saysWhatGoesInAndWhatComesOut() throws Exception {
        try (ZooModel<Image, Classifications> model = load()) {
            assertThat(model.describeInput().get("pixel_values")).isEqualTo(new Shape(1, 3, 64, 64));
            assertThat(model.describeOutput().values()).containsExactly(new Shape(1, 20));
        }
    }

    @Test
    void loadingReportsItsProgress() throws Exception {
        Steps steps = new Steps();
        Criteria.builder()
                .setTypes(Image.class, Classifications.class)
                .optModelUrls("vitrail://embedded")
                .optProgress(steps)
                .build()
                .loadModel()
                .close();
        assertThat(steps.messages).contains("Loading");
        assertThat(steps.ended).isTrue();
    }

    private static final class Steps implements Progress {
        private final List<String> messages = new ArrayList<>();
        private boolean ended;

        @Override
        public void reset(String message, long max, String trailingMessage) {
            messages.add(message);
        }

        @Override
        public void start(long initialProgress) {}

        @Override
        public void end() {
            ended = true;
        }

        @Override
        public void increment(long increment) {}

        @Override
        public void update(long progress, String message) {}
    }
}
