package io.vitrail.transformer.kernels;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.vitrail.transformer.DjlEngine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Methods in TorchScript, compiled by libtorch from a source text in memory: the way from Java to any of its operators.
 * An archive is what {@code torch.jit.save} writes: a zip of the source and of a pickled object of its one class.
 *
 * <p>May be called from several threads at once. The chosen ones live as long as the program.
 */
final class KernelArchive implements AutoCloseable {
    /** TorchScript's archives of this version read the operators as the libtorch of 2022 and later define them. */
    private static final String VERSION = "10\n";

    /** Any; without one, Java reads the world's time zones to tell the present one. */
    private static final LocalDateTime CHANGED = LocalDateTime.of(2000, 1, 1, 0, 0);

    private static final String CLASS_HEADER =
            """
            class Kernels(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
            """;

    private final PtNDManager owner;
    private final PtSymbolBlock module;
    private final KernelMethods methods;

    private KernelArchive(PtNDManager owner, PtSymbolBlock module, KernelMethods methods) {
        this.owner = owner;
        this.module = module;
        this.methods = methods;
    }

    /**
     * Compiles the methods.
     *
     * @throws IllegalStateException if this libtorch lacks an operator that a method names
     */
    static KernelArchive compile(Device device, KernelMethods methods) {
        PtNDManager owner = (PtNDManager) DjlEngine.newManager(device);
        try {
            byte[] archive = zip(CLASS_HEADER + methods.text());
            PtSymbolBlock module = JniUtils.loadModule(owner, new ByteArrayInputStream(archive), false, false);
            return new KernelArchive(owner, module, methods);
        } catch (IOException e) {
            throw new UncheckedIOException("Reading from memory failed.", e);
        } catch (EngineException e) {
            owner.close();
            String reason = e.getMessage().strip().lines().findFirst().orElse("no reason given");
            throw new IllegalStateException("The kernels don't compile: " + reason, e);
        }
    }

    /** Whose linear layers these are. */
    @Override
    public String toString() {
        return methods.library();
    }

    /** Whether linear layers want their weights packed. */
    boolean packs() {
        return methods.packs();
    }

    boolean onGpu() {
        return owner.getDevice().isGpu();
    }

    /** A call of one of the methods, to be given its arguments in their order. */
    KernelCall call(String method) {
        return new KernelCall(module, method);
    }

    /** Frees the compiled methods. */
    @Override
    public void close() {
        owner.close();
    }

    /** The result of a method of tensors, with gradients flowing through it; it belongs to the first argument's manager. */
    NDArray differentiable(String method, NDArray... arguments) {
        try (NDArray name = arguments[0].getManager().create(0f)) {
            name.setName("module_method:" + method); // DJL's way to say which
            NDList inputs = new NDList(arguments);
            inputs.add(name);
            return KernelCall.unoptimized(() -> IValueUtils.forward(module, inputs, true))
                    .singletonOrThrow();
        }
    }

    private static byte[] zip(String source) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("k/data.pkl", pickledObject());
        entries.put("k/code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
        entries.put("k/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'}); // the empty tuple
        entries.put("k/version", VERSION.getBytes(StandardCharsets.UTF_8));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(stored(entry.getKey(), entry.getValue()));
                zip.write(entry.getValue());
            }
        }
        return bytes.toByteArray();
    }

    /** libtorch maps its archives, so their entries must not be compressed. */
    private static ZipEntry stored(String name, byte[] content) {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(checksum.getValue());
        entry.setTimeLocal(CHANGED);
        return entry;
    }

    /** {@code __torch__.Kernels} with its one attribute, training = False, in pickle protocol 2. */
    private static byte[] pickledObject() throws IOException {
        byte[] attribute = "training".getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        pickle.write(new byte[] {(byte) 0x80, 2}); // protocol
        pickle.write("c__torch__\nKernels\nq\0".getBytes(StandardCharsets.ISO_8859_1)); // the class, memo 0
        pickle.write(new byte[] {')', (byte) 0x81, 'q', 1}); // new object without arguments, memo 1
        pickle.write(new byte[] {'}', 'q', 2, '(', 'X'}); // dictionary, memo 2; mark; string
        pickle.write(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(attribute.length)
                .array());
        pickle.write(attribute);
        pickle.write(new byte[] {(byte) 0x89, 'u', 'b', '.'}); // False; into the dictionary; as its state; end
        return pickle.toByteArray();
    }
}
