"""Records the folder cache/ beside this file: what huggingface_hub writes when it downloads from hub_server.py.

python record_cache.py (with huggingface_hub 0.36.2). Symbolic links become lines of links.txt, "path -> target".
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True

from hub_server import HubServer  # noqa: E402

HERE = Path(__file__).resolve().parent
DOWNLOAD = """
import sys
from huggingface_hub import constants, hf_hub_download
constants.DOWNLOAD_CHUNK_SIZE = 100  # 10 MB otherwise
from huggingface_hub.errors import EntryNotFoundError
model, revision, *files = sys.argv[1:]
for file in files:
    try:
        hf_hub_download(model, file, revision=revision)
    except EntryNotFoundError:
        pass
"""
FILES = ["config.json", "preprocessor_config.json", "processor_config.json", "model.safetensors"]


def start(server, home, *arguments):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
    environment |= {
        "HF_HOME": home,
        "HF_ENDPOINT": server.address,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }
    return subprocess.Popen([sys.executable, "-c", DOWNLOAD, *arguments], env=environment)


def download(server, home, *arguments):
    if start(server, home, *arguments).wait():
        raise SystemExit("the download failed")


def break_off(server, home, *arguments):
    """Interrupts the process when it has a part of a file."""
    server.pieces, server.pause = 0, 5
    process = start(server, home, *arguments)
    while server.pieces < 2:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    process.wait()


def copy(cache, target):
    shutil.rmtree(target, ignore_errors=True)
    links = []
    for path in sorted(cache.rglob("*")):
        name = path.relative_to(cache)
        if path.is_symlink():
            links.append(f"{name.as_posix()} -> {os.readlink(path)}\n")
        elif path.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / name)
    (target / "links.txt").write_text("".join(links))


def main():
    with HubServer() as server, tempfile.TemporaryDirectory() as home:
        download(server, home, "acme/tiny-vit", "main", *FILES, "onnx/config.json")
        download(server, home, "acme/tiny-vit", "v1", "config.json", "model.safetensors", "pytorch_model.bin")
        download(server, home, "acme/tiny-vit", "refs/pr/1", *FILES)
        download(server, home, "tiny", "main", "config.json", "pytorch_model.bin")
        break_off(server, home, "acme/broken", "main", "config.json", "model.safetensors")
        copy(Path(home, "hub"), HERE / "cache")


main()
