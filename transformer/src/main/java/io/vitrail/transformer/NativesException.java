package io.vitrail.transformer;

import java.io.IOException;

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

    /** They lie in a jar, and are unpacked once into a folder. */
    static NativesException unpacking(IOException cause) {
        return new NativesException(
                "PyTorch's natives can't be unpacked: " + cause + "\n"
                        + "  try:  DJL_CACHE_DIR, or the property of this name, with a folder that may be written, on a disk"
                        + " with 500 MB free; without it they are put into .djl.ai of the user's home.",
                cause);
    }
}
