package io.vitrail.fusion;

import io.vitrail.transformer.Check;
import io.vitrail.vit.TokenAxis;

/**
 * One side of a picture that was cut into tiles, in pixels of the whole picture, which is as small as a tile. It is divided into as
 * many places as the tiles have tokens.
 *
 * @param tiles along the side, 1 if it isn't cut
 * @param tokens along the side of a tile, or of the whole
 * @param pitch of the whole picture's tokens; what lies behind the last isn't seen
 * @param length of the side
 */
record TiledAxis(int tiles, int tokens, double pitch, int length) {
    TiledAxis {
        Check.that(
                tiles > 0 && tokens > 0 && pitch * tokens <= length,
                "%d tiles of %d tokens, each %s pixels long, don't fit into %d pixels.",
                tiles,
                tokens,
                pitch,
                length);
    }

    int places() {
        return tiles * tokens;
    }

    /** From one place to the next. Places are a tile's tokens, unless something between tiles isn't seen. */
    private double step() {
        return tiles == 1 ? pitch : (double) length / places();
    }

    TokenAxis axis() {
        return new TokenAxis(step() / 2, step(), 0, step() * places());
    }

    /** The share of each place in a token of a tile: how much of the token lies there. */
    double[] ofTile(int tile, int token) {
        return shares(((double) tile * length + token * pitch) / tiles, pitch / tiles);
    }

    /** The share of each place in a token of the whole picture. */
    double[] ofWhole(int token) {
        return shares(token * pitch, pitch);
    }

    private double[] shares(double start, double size) {
        double[] shares = new double[places()];
        for (int place = 0; place < shares.length; place++) {
            double from = Math.max(start, place * step());
            double to = Math.min(start + size, (place + 1) * step());
            shares[place] = Math.max(0, to - from) / size;
        }
        return shares;
    }
}
