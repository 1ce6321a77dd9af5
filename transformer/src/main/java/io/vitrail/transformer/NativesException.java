package io.vitrail.transformer;

/** PyTorch's natives are there, but this part of the program can't use them. The message says why, and what to do. */
public final class NativesException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private NativesException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The JVM gives a native library to one class loader only. */
    static NativesException elsewhere(UnsatisfiedLinkError cause) {
        return new NativesException(
                "PyTorch's natives are in use by another class loader, and a JVM gives them to one only.\n"
                        + "  try:  have one class loader load DJL (the jars ai.djl:api and ai.djl.pytorch:*) for all parts"
                        + " of the program that use it, such as the server's instead of each application's; or a JVM for"
                        + " each.",
                cause);
    }
}
