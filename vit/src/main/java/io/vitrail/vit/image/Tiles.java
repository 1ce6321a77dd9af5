package io.vitrail.vit.image;

import java.util.List;

/** A processed picture: its tiles, row by row, and the whole picture last. */
record Tiles(List<Planes> pictures, Tiling tiling) {
    /** A picture that isn't cut. */
    static Tiles of(Planes whole) {
        return new Tiles(List.of(whole), Tiling.NONE);
    }

    Planes whole() {
        return pictures.get(pictures.size() - 1);
    }
}
