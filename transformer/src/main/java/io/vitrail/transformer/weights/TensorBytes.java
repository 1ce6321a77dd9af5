package io.vitrail.transformer.weights;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Where the elements of a tensor lie in a file, or how they are computed. */
sealed interface TensorBytes permits FileRegion, StridedRegion, ComputedBytes {

    /** The file that holds them. */
    Path file();

    /** One of several equal parts that lie one below the other: their number divides the first axis. */
    TensorBytes part(Part part);

    /** The elements row by row, little-endian, at most 2 GiB. */
    ByteBuffer read();

    /** Whether native code may use {@link #read}'s buffer as an array's memory, writes included. */
    boolean isMappable();
}
