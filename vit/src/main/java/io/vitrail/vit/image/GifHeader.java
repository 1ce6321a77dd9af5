package io.vitrail.vit.image;

/**
 * Finds a GIF's first picture: its blocks up to the first image descriptor (GIF 89a specification, sections 17 to 23).
 *
 * @param width of the screen, widened where the first picture reaches beyond it
 * @param palette place of the colour table that counts, or -1
 * @param colours entries of that table
 * @param transparent index of the transparent colour, or -1
 * @param data place of the compressed indices
 */
record GifHeader(
        int width,
        int height,
        int left,
        int top,
        int frameWidth,
        int frameHeight,
        int palette,
        int colours,
        int transparent,
        boolean interlaced,
        int data) {
    private static final int EXTENSION = 0x21;
    private static final int GRAPHIC_CONTROL = 0xF9;
    private static final int IMAGE = 0x2C;
    private static final int TABLE_FLAG = 0x80;
    private static final int INTERLACE_FLAG = 0x40;

    static ImageHeader read(ImageFormat format, FileBytes file) {
        GifHeader gif = read(file);
        return new ImageHeader(format, gif.width, gif.height, Orientation.UPRIGHT);
    }

    static GifHeader read(FileBytes file) {
        int at = 13 + 3 * tableSize(file.u8(10));
        int transparent = -1;
        while (file.u8(at) != IMAGE) {
            if (file.u8(at) == EXTENSION) {
                if (file.u8(at + 1) == GRAPHIC_CONTROL && file.u8(at + 2) >= 4 && (file.u8(at + 3) & 1) == 1) {
                    transparent = file.u8(at + 6);
                }
                at = afterBlocks(file, at + 2);
            } else if (file.u8(at) == 0x3B) {
                throw file.damaged("a GIF without an image.");
            } else {
                at++; // stray bytes between blocks are skipped, as Pillow does
            }
        }
        return frame(file, at + 1, transparent);
    }

    private static GifHeader frame(FileBytes file, int at, int transparent) {
        int left = file.u16Little(at);
        int top = file.u16Little(at + 2);
        int width = file.u16Little(at + 4);
        int height = file.u16Little(at + 6);
        int flags = file.u8(at + 8);
        boolean local = tableSize(flags) > 0;
        int colours = local ? tableSize(flags) : tableSize(file.u8(10));
        int palette = colours == 0 ? -1 : local ? at + 9 : 13;
        if (width == 0 || height == 0) {
            throw file.damaged("a GIF with an empty image.");
        }
        return new GifHeader(
                Math.max(file.u16Little(6), left + width),
                Math.max(file.u16Little(8), top + height),
                left,
                top,
                width,
                height,
                palette,
                colours,
                transparent,
                (flags & INTERLACE_FLAG) != 0,
                at + 9 + 3 * tableSize(flags));
    }

    private static int tableSize(int flags) {
        return (flags & TABLE_FLAG) == 0 ? 0 : 2 << (flags & 7);
    }

    private static int afterBlocks(FileBytes file, int at) {
        while (file.u8(at) != 0) {
            at += 1 + file.u8(at);
        }
        return at + 1;
    }
}
