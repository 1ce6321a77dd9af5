package io.vitrail.transformer.kernels;

/**
 * Methods in TorchScript, for {@link KernelArchive#compile}.
 *
 * @param library whose linear layers they call, for people to read
 * @param text each method indented by two spaces, with {@code self: __torch__.Kernels} first
 */
record KernelMethods(String library, String text) {
    static final String PYTORCH = "PyTorch";
}
