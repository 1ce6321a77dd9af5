package io.vitrail.vit.djl;

import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.BlockFactory;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.VisionModels;
import io.vitrail.vit.image.ImageProcessor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;

/**
 * Gives a DJL model the block of a checkpoint's folder, ready for inference on the model's device. {@code vitrail:}
 * addresses name it by themselves; other folders name it in their {@code serving.properties}, or their callers as the
 * argument {@code blockFactory}.
 *
 * <p>Argument {@code precision}: one of {@link Precision}, fp32 unless given.
 */
public final class VisionBlockFactory implements BlockFactory {
    private static final long serialVersionUID = 1L;

    /**
     * Loads the checkpoint; closing the model, one of DJL's PyTorch engine, frees it.
     *
     * @throws IOException if a file is missing, damaged, or of a model that isn't supported
     * @throws IllegalArgumentException if an argument is wrong
     */
    @Override
    public Block newBlock(Model model, Path modelPath, Map<String, ?> arguments) throws IOException {
        NDManager manager = model.getNDManager();
        Compute compute =
                new Compute(manager.getDevice(), EnumArgument.of("precision", arguments, Compute.DEFAULT.precision()));
        try (Checkpoint checkpoint = Checkpoint.open(modelPath)) {
            ImageProcessor processor = ImageProcessor.load(checkpoint.folder());
            Session<VisionModel> session = VisionModels.load(checkpoint, compute.operations(), compute.device());
            manager.attachInternal(UUID.randomUUID().toString(), session);
            return VisionBlock.of(session, processor, checkpoint.config());
        } catch (CheckpointException | IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
