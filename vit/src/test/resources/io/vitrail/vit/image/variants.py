"""Makes goldens/decode_image/variants and goldens/decode_over: small files of the kinds that readers disagree about.

    python variants.py

Pillow 13.0.0, numpy 2.4.6, transformers 4.57.6, safetensors 0.8.0; seed 9. Pillow writes what it can write; the rest is put
together here by hand, and read by Pillow.
"""

import io
import json
import os
import struct
import zlib

import numpy as np
import torch
from PIL import Image, ImageOps
from safetensors.torch import save_file
from transformers.image_utils import load_image

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "goldens")
RNG = np.random.default_rng(9)
W, H = 13, 9
X, Y = np.linspace(0, 1, W)[None, :], np.linspace(0, 1, H)[:, None]
RGB = np.clip(np.stack([255 * X + 0 * Y, 255 * Y + 0 * X, 255 * (1 - X) * (1 - Y)], -1), 0, 255).astype(np.uint8)
GREY = np.clip(255 * (X + Y) / 2, 0, 255).astype(np.uint8)
ALPHA = RNG.choice([0, 1, 77, 128, 254, 255], (H, W)).astype(np.uint8)
COLOUR = Image.fromarray(RGB)
FILES = {}


def saved(name, image, format, **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    FILES[name] = buffer.getvalue()
    return FILES[name]


def lossless_jpeg(name, samples):
    """Predictor 1 of ITU-T T.81, annex H: the sample to the left; every category of differences has a code of 4 bits."""
    count = samples.shape[2]
    values = samples.astype(int)
    predicted = np.empty_like(values)
    predicted[:, 1:] = values[:, :-1]
    predicted[1:, 0] = values[:-1, 0]
    predicted[0, 0] = 128
    bits = ""
    for difference in (values - predicted).ravel():
        category = int(abs(difference)).bit_length()
        low = difference if difference > 0 else difference + (1 << category) - 1
        bits += f"{category:04b}" + (f"{low:0{category}b}" if category else "")
    bits += "1" * (-len(bits) % 8)
    scan = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    segment = lambda marker, content: bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content
    ids = b"RGB"[:count]
    frame = struct.pack(">BHHB", 8, *samples.shape[:2], count) + b"".join(bytes([i, 0x11, 0]) for i in ids)
    table = bytes([0, 0, 0, 0, 9] + [0] * 12 + list(range(9)))
    start = bytes([count]) + b"".join(bytes([i, 0]) for i in ids) + b"\1\0\0"
    segments = segment(0xC3, frame) + segment(0xC4, table) + segment(0xDA, start)
    FILES[name] = b"\xff\xd8" + segments + scan + b"\xff\xd9"


def jpegs():
    lossless_jpeg("lossless_grey.jpg", GREY[..., None])
    lossless_jpeg("lossless_rgb.jpg", RGB)
    cmyk = Image.fromarray(np.dstack([RGB, GREY // 2]), "CMYK")
    adobe = saved("cmyk.jpg", cmyk, "JPEG", quality=95)
    marker = adobe.index(b"\xff\xee\x00\x0eAdobe")
    FILES["cmyk_without_adobe.jpg"] = adobe[:marker] + adobe[marker + 16 :]
    FILES["ycck.jpg"] = adobe[: marker + 15] + b"\x02" + adobe[marker + 16 :]
    saved("cmyk_progressive.jpg", cmyk, "JPEG", quality=95, progressive=True)
    plain = saved("subsampled.jpg", COLOUR, "JPEG", quality=90, subsampling=2)
    jfif = plain.index(b"\xff\xe0\x00\x10")
    transform0 = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"
    FILES["adobe_rgb.jpg"] = plain[:jfif] + transform0 + plain[jfif + 18 :]
    table = plain.index(b"\xff\xdb")
    FILES["stray_bytes.jpg"] = plain[:table] + b"\x00\x11\x22" + plain[table:]
    FILES["behind_the_end.jpg"] = plain + b"more"


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(name, bits, colours, rows, more=b"", end=chunk(b"IEND", b"")):
    """rows: bytes of each row, without filters."""
    header = struct.pack(">IIBBBBB", W, len(rows), bits, colours, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    FILES[name] = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + chunk(b"IDAT", pixels) + end


def packed(values, bits):
    """Rows of samples of less than 8 bits, the first in the upper bits."""
    shifted = [np.unpackbits(row.astype(np.uint8)[:, None], axis=1)[:, 8 - bits :].ravel() for row in values]
    return [np.packbits(row).tobytes() for row in shifted]


def pngs():
    wide = (RGB.astype(np.uint16) << 8) + RNG.integers(0, 256, RGB.shape).astype(np.uint16)
    opacity = (ALPHA.astype(np.uint16) << 8) + 5
    big = lambda samples: [row.astype(">u2").tobytes() for row in samples]
    png("rgb16.png", 16, 2, big(wide))
    png("rgba16.png", 16, 6, big(np.dstack([wide, opacity])))
    png("grey_alpha16.png", 16, 4, big(np.dstack([wide[..., 0], opacity])))
    png("grey16_transparent.png", 16, 0, big(wide[..., 0]), chunk(b"tRNS", wide[2, 3, :1].astype(">u2").tobytes()))
    png("grey_alpha.png", 8, 4, [row.tobytes() for row in np.dstack([GREY, ALPHA])])
    for bits in (1, 2, 4):
        grey = GREY >> 8 - bits
        png(f"grey{bits}.png", bits, 0, packed(grey, bits))
        palette = RNG.integers(0, 256, 3 << bits).astype(np.uint8).tobytes()
        png(f"palette{bits}.png", bits, 3, packed(grey, bits), chunk(b"PLTE", palette))
    png("grey2_transparent.png", 2, 0, packed(GREY >> 6, 2), chunk(b"tRNS", b"\0\2"))
    png("rgb_transparent.png", 8, 2, [row.tobytes() for row in RGB], chunk(b"tRNS", RGB[4, 5].astype(">u2").tobytes()))
    png("without_end.png", 8, 2, [row.tobytes() for row in RGB], end=b"")
    saved("rgba.png", Image.fromarray(np.dstack([RGB, ALPHA])), "PNG")
    palette = COLOUR.quantize(30)
    saved("palette_opacities.png", palette, "PNG", transparency=bytes(RNG.integers(0, 256, 20).tolist()))
    saved("palette_transparent.png", palette, "PNG", transparency=4)
    saved("animated.png", COLOUR, "PNG", save_all=True, append_images=[COLOUR.rotate(180)])


def gifs():
    palette = COLOUR.quantize(30)
    saved("transparent.gif", palette, "GIF", transparency=4)
    saved("animated.gif", palette, "GIF", save_all=True, append_images=[COLOUR.rotate(180).quantize(30)])
    saved("two_colours.gif", COLOUR.convert("1"), "GIF")


def webps():
    clear = Image.new("RGBA", (W, H), (200, 30, 60, 0))
    clear.paste((10, 240, 20, 128), (2, 3, 7, 8))
    second = Image.new("RGBA", (W, H), (0, 0, 255, 255))
    saved("animated.webp", clear, "WEBP", save_all=True, append_images=[second], lossless=True, exact=True)
    saved("lossy.webp", COLOUR, "WEBP", quality=80)
    saved("lossy_alpha.webp", Image.fromarray(np.dstack([RGB, ALPHA])), "WEBP", quality=80, exact=True)


def bmp(name, bits, compression, pixels, palette=b"", masks=b"", size=40, height=H, colours=0):
    header = struct.pack("<IiiHHIIiiII", size, W, height, 1, bits, compression, len(pixels), 0, 0, colours, 0)
    if size > 40:
        header += masks.ljust(size - 40, b"\0")
        masks = b""
    offset = 14 + len(header) + len(masks) + len(palette)
    FILES[name] = b"BM" + struct.pack("<IHHI", offset + len(pixels), 0, 0, offset) + header + masks + palette + pixels


def rows_of_bmp(rows):
    return b"".join(row + b"\0" * (-len(row) % 4) for row in rows[::-1])


def bmps():
    saved("rgb24.bmp", COLOUR, "BMP")
    saved("palette8.bmp", COLOUR.quantize(40), "BMP")
    colours = lambda count: RNG.integers(0, 256, 4 * count).astype(np.uint8).tobytes()
    for bits in (1, 4):
        bmp(f"palette{bits}.bmp", bits, 0, rows_of_bmp(packed(GREY >> 8 - bits, bits)), colours(1 << bits))
    index = GREY >> 4
    runs8 = b"".join(bytes([2, row[0], 1, row[2], 0, 5, *row[3:8], 0, 5, *row[8:13], 0, 0]) for row in index[::-1])
    bmp("runs8.bmp", 8, 1, runs8 + b"\0\1", colours(16), colours=16)
    step = b"\x0d\x03\0\0" + b"\x04\x05\0\2\x03\x02" + b"\x14\x07" + b"\0\0" + bytes([13, 1, 0, 0] * 5) + b"\x0d\x02\0\1"
    bmp("steps8.bmp", 8, 1, step, colours(16), colours=16)
    runs4 = b"".join(bytes([3, 0x12, 0, 7, 0x34, 0x56, 0x78, 0x90, 3, 0xAB, 0, 0]) for _ in index) + b"\0\1"
    bmp("runs4.bmp", 4, 2, runs4, colours(16))
    quads = np.dstack([RGB, ALPHA])
    bmp("rgb32.bmp", 32, 0, rows_of_bmp([row[:, [2, 1, 0, 3]].tobytes() for row in quads]))
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    bmp("bgra32.bmp", 32, 3, rows_of_bmp([row[:, [2, 1, 0, 3]].tobytes() for row in quads]), masks=masks, size=56)
    masks = struct.pack("<III", 0xFF000000, 0xFF0000, 0xFF00)
    bmp("xbgr32.bmp", 32, 3, rows_of_bmp([row[:, [3, 2, 1, 0]].tobytes() for row in quads]), masks=masks, size=52)
    words = RNG.integers(0, 65536, (H, W)).astype("<u2")
    bmp("555.bmp", 16, 0, rows_of_bmp([row.tobytes() for row in words]))
    masks = struct.pack("<III", 0xF800, 0x7E0, 0x1F)
    bmp("565.bmp", 16, 3, rows_of_bmp([row.tobytes() for row in words]), masks=masks, size=108)
    bmp("top_down.bmp", 24, 0, rows_of_bmp([row[:, ::-1].tobytes() for row in RGB[::-1]]), height=-H)
    header = struct.pack("<IHHHH", 12, W, H, 1, 8)
    old = header + colours(192) + rows_of_bmp([row.tobytes() for row in GREY])
    FILES["os2.bmp"] = b"BM" + struct.pack("<IHHI", 14 + len(old), 0, 0, 26 + 768) + old


TYPES = {"H": 3, "I": 4}


def tiff(name, samples, tags, order="<", tile=0, planar=False, big=False):
    """samples: an array of rows. Writes its bytes as one strip, as tiles, or as a strip for each sample."""
    height, width = samples.shape[:2]
    samples = samples.astype(samples.dtype.newbyteorder(order))
    if tile:
        padded = np.pad(samples, ((0, -height % tile), (0, -width % tile)) + ((0, 0),) * (samples.ndim - 2))
        parts = [padded[y : y + tile, x : x + tile] for y in range(0, height, tile) for x in range(0, width, tile)]
    else:
        parts = np.moveaxis(samples, 2, 0) if planar else [samples]
    parts = [part.tobytes() for part in parts]
    fields = {256: W, 257: H, 259: 1, 277: 1, 284: 2 if planar else 1, **tags}
    if tile:
        fields |= {322: tile, 323: tile, 324: None, 325: [len(part) for part in parts]}
    else:
        fields |= {278: H, 273: None, 279: [len(part) for part in parts]}
    entry, word, first = (20, "Q", 16) if big else (12, "I", 8)
    start = first + (8 if big else 2) + entry * len(fields) + (8 if big else 4)
    data, entries = b"", []
    room = 8 if big else 4
    offsets = lambda: [start + sum(map(len, parts[:i])) for i in range(len(parts))]
    extra_start = start + sum(map(len, parts))
    for tag in sorted(fields):
        values = fields[tag] if fields[tag] is not None else offsets()
        values = values if isinstance(values, list) else [values]
        kind = "I" if tag in (273, 279, 324, 325) else "H"
        content = struct.pack(f"{order}{len(values)}{kind}", *values)
        if len(content) > room:
            place = struct.pack(order + word, extra_start + len(data))
            data += content
        else:
            place = content.ljust(room, b"\0")
        entries.append(struct.pack(f"{order}HH{word}", tag, TYPES[kind], len(values)) + place)
    mark = b"II" if order == "<" else b"MM"
    head = mark + (struct.pack(order + "HHHQ", 43, 8, 0, 16) if big else struct.pack(order + "HI", 42, 8))
    count = struct.pack(order + ("Q" if big else "H"), len(entries))
    FILES[name] = head + count + b"".join(entries) + b"\0" * room + b"".join(parts) + data


def tiffs():
    rgba = np.dstack([RGB, ALPHA])
    wide = RGB.astype(np.uint16) * 257 + 3
    cmyk = np.dstack([RGB, GREY // 2])
    eight = lambda count: {258: [8] * count, 277: count}
    for name in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        saved(f"{name}.tif", COLOUR, "TIFF", compression=name)
    saved("jpeg.tif", COLOUR, "TIFF", compression="jpeg", quality=90)
    saved("jpeg_grey.tif", COLOUR.convert("L"), "TIFF", compression="jpeg", quality=90)
    saved("predictor.tif", COLOUR, "TIFF", compression="tiff_lzw", tiffinfo={317: 2})
    for name in ("group3", "group4", "tiff_ccitt"):
        saved(f"{name}.tif", COLOUR.convert("1"), "TIFF", compression=name)
    saved("ycbcr.tif", COLOUR.convert("YCbCr"), "TIFF", compression="tiff_lzw")
    exif = Image.Exif()
    exif[0x0112] = 6
    saved("orientation6.tif", COLOUR, "TIFF", exif=exif, compression="tiff_lzw")
    saved("pages.tif", COLOUR, "TIFF", save_all=True, append_images=[COLOUR.rotate(180)])
    for alpha, kind in ((0, "unspecified"), (1, "premultiplied"), (2, "separate")):
        colours = rgba.copy()
        if alpha == 1:
            colours[..., :3] = RGB.astype(int) * ALPHA[..., None] // 255
        tiff(f"rgba_{kind}.tif", colours, {262: 2, 338: alpha, **eight(4)})
    tiff("grey_alpha.tif", np.dstack([GREY, ALPHA]), {262: 1, 338: 2, **eight(2)})
    tiff("palette_alpha.tif", np.dstack([GREY, ALPHA]), {262: 3, 338: 2, 320: RNG.integers(0, 65536, 768).tolist(), **eight(2)})
    for bits in (1, 2, 4):
        rows = np.array([list(row) for row in packed(GREY >> 8 - bits, bits)], dtype=np.uint8)
        for photometric in (0, 1):
            tiff(f"grey{bits}_{photometric}.tif", rows, {258: bits, 262: photometric})
        tiff(f"palette{bits}.tif", rows, {258: bits, 262: 3, 320: RNG.integers(0, 65536, 3 << bits).tolist()})
    tiff("palette8.tif", GREY, {258: 8, 262: 3, 320: RNG.integers(0, 65536, 768).tolist()})
    tiff("grey8_0.tif", GREY, {258: 8, 262: 0})
    numbers = RNG.integers(0, 600, (H, W))
    tiff("grey16.tif", numbers.astype(np.uint16), {258: 16, 262: 1})
    tiff("grey16_big_endian.tif", numbers.astype(np.uint16), {258: 16, 262: 1}, order=">")
    tiff("grey16_signed.tif", (numbers - 200).astype(np.int16), {258: 16, 262: 1, 339: 2})
    tiff("grey32_signed.tif", (numbers * 3 - 300).astype(np.int32), {258: 32, 262: 1, 339: 2})
    tiff("grey32_fraction.tif", (numbers - 99.4).astype(np.float32), {258: 32, 262: 1, 339: 3})
    tiff("rgb16.tif", wide, {262: 2, 258: [16] * 3, 277: 3})
    tiff("rgb16_big_endian.tif", wide, {262: 2, 258: [16] * 3, 277: 3}, order=">")
    tiff("rgba16.tif", np.dstack([wide, ALPHA.astype(np.uint16) * 257]), {262: 2, 258: [16] * 4, 277: 4, 338: 2})
    tiff("cmyk.tif", cmyk, {262: 5, **eight(4)})
    tiff("cmyk16.tif", cmyk.astype(np.uint16) * 257, {262: 5, 258: [16] * 4, 277: 4})
    tiff("planar.tif", RGB, {262: 2, **eight(3)}, planar=True)
    tiff("tiles.tif", RGB, {262: 2, **eight(3)}, tile=16)
    tiff("tiles_grey.tif", GREY, {262: 1, 258: 8}, tile=16)
    tiff("big.tif", RGB, {262: 2, **eight(3)}, big=True)
    tiff("big_endian.tif", RGB, {262: 2, **eight(3)}, order=">")
    tiff("lab.tif", np.dstack([GREY // 2 + 60, RGB[..., 0] // 8, RGB[..., 1] // 8 - 16]).astype(np.uint8), {262: 8, **eight(3)})


TOLERANCES = {"cmyk.jpg": 2, "cmyk_without_adobe.jpg": 2, "ycck.jpg": 2, "cmyk_progressive.jpg": 2, "ycbcr.tif": 1,
              "lab.tif": 3}


# Those with transparency, as far as Pillow knows it; over this colour, and with grey samples of 16 bits scaled to 8
OVER = ["rgba.png", "rgba16.png", "grey_alpha.png", "grey_alpha16.png", "palette_opacities.png", "palette_transparent.png",
        "rgb_transparent.png", "rgb16.png", "palette2.png", "transparent.gif", "animated.gif", "animated.webp",
        "lossy_alpha.webp", "lossy.webp", "bgra32.bmp", "rgb32.bmp", "palette8.bmp", "rgba_premultiplied.tif",
        "rgba_separate.tif", "rgba_unspecified.tif", "rgba16.tif", "grey_alpha.tif", "palette_alpha.tif", "cmyk.jpg",
        "grey16.tif", "grey16_big_endian.tif"]
BACKGROUND = (0x33, 0x66, 0x99)


def over(path):
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.array(image) >> 8).astype(np.uint8))
    rgba = image.convert("RGBA")
    below = Image.new("RGB", image.size, BACKGROUND)
    below.paste(rgba.convert("RGB"), mask=rgba.getchannel("A"))
    return np.array(below)


def finish(family, files, read, place=""):
    folder = f"{HERE}/{family}/variants"
    os.makedirs(folder, exist_ok=True)
    calls, tensors = [], {}
    for name in files:
        tensors[f"{name}.pixels"] = read(f"{HERE}/decode_image/variants/{name}")
        calls.append({"name": name, "op": family, "images": [place + name], "outputs": {"pixels": f"{name}.pixels"},
                      "tolerance": {"atol": TOLERANCES.get(name, 0), "rtol": 0}})
    golden = {"format": 1, "family": family, "case": "variants", "about": __doc__.splitlines()[0], "calls": calls}
    json.dump(golden, open(f"{folder}/golden.json", "w"), indent=1)
    save_file({k: torch.from_numpy(np.ascontiguousarray(v)) for k, v in tensors.items()}, f"{folder}/golden.safetensors")


if __name__ == "__main__":
    for make in (jpegs, pngs, gifs, webps, bmps, tiffs):
        make()
    os.makedirs(f"{HERE}/decode_image/variants", exist_ok=True)
    for name, content in FILES.items():
        open(f"{HERE}/decode_image/variants/{name}", "wb").write(content)
    finish("decode_image", sorted(FILES), lambda path: np.array(load_image(path)))
    finish("decode_over", OVER, over, "../../decode_image/variants/")
