package io.vitrail.transformer.kernels;

/**
 * Methods in TorchScript, for {@link KernelArchive#compile}.
 *
 * @param library whose linear layers they call, for people to read
 * @param text each method indented by two spaces, with {@code self: __torch__.Kernels} first
 */
record KernelMethods(String library, String text) {
    static final String PYTORCH = "PyTorch";

    /** Whether a packed weight is laid out anew, for products that are faster than those with the weight as loaded. */
    boolean packs() {
        return !library.equals(PYTORCH);
    }
}
