package io.vitrail.transformer.weights;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A part of a file, mapped when it is read. */
record FileRegion(ModelFile source, long offset, long length) implements TensorBytes {

    @Override
    public Path file() {
        return source.path();
    }

    @Override
    public ByteBuffer read() {
        return source.map(offset, length);
    }

    @Override
    public boolean isMappable() {
        return source.isWritable();
    }

    @Override
    public FileRegion part(Part part) {
        long bytes = length / part.count();
        return part(part.index() * bytes, bytes);
    }

    /** Its bytes in a little-endian buffer on the heap. */
    ByteBuffer copy() {
        return source.read(offset, Math.toIntExact(length));
    }

    /** A part of this part; the caller has checked that it lies within. */
    FileRegion part(long start, long bytes) {
        return new FileRegion(source, offset + start, bytes);
    }
}
