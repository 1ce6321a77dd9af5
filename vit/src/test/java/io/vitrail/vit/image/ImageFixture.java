package io.vitrail.vit.image;

/** A small picture whose every pixel tells where it is: red is its column, green its row, blue both. */
record ImageFixture(int width, int height) {
    Image image() {
        byte[] rgb = new byte[width * height * 3];
        for (int i = 0; i < width * height; i++) {
            rgb[3 * i] = (byte) (i % width);
            rgb[3 * i + 1] = (byte) (i / width);
            rgb[3 * i + 2] = (byte) (i % width * 7 + i / width * 13);
        }
        return Image.fromPixels(rgb, width, height);
    }
}
