"""Checks that huggingface_hub reads the cache that Java writes, and that both can fill one cache.

python check_cache.py CLASSPATH [JAVA], where CLASSPATH has the module's classes, its test classes and Jackson.
"""

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

sys.dont_write_bytecode = True

from hub_server import NEW, REVISIONS, HubServer, tag  # noqa: E402

CLASSPATH = sys.argv[1]
JAVA = sys.argv[2] if len(sys.argv) > 2 else "java"
MODEL = "acme/tiny-vit"
READ_OFFLINE = """
import sys
from pathlib import Path
from huggingface_hub import _CACHED_NO_EXIST, hf_hub_download, scan_cache_dir, snapshot_download, try_to_load_from_cache

model, revision, folder, *files = sys.argv[1:]
assert snapshot_download(model, revision=revision) == folder
for file in files:
    assert hf_hub_download(model, file, revision=revision) == f"{folder}/{file}"
    assert Path(folder, file).is_symlink()
assert try_to_load_from_cache(model, "vocab.txt", revision=revision) is _CACHED_NO_EXIST
assert try_to_load_from_cache(model, "never_asked.txt", revision=revision) is None
info = scan_cache_dir()
assert not info.warnings, info.warnings
repository = next(repo for repo in info.repos if repo.repo_id == model)
assert revision in repository.refs or revision in {r.commit_hash for r in repository.revisions}, repository.refs
assert {f.file_name for r in repository.revisions for f in r.files} >= set(files)
"""
DOWNLOAD = """
import sys
from huggingface_hub import constants, hf_hub_download
constants.DOWNLOAD_CHUNK_SIZE = 100  # 10 MB otherwise
model, revision, *files = sys.argv[1:]
for file in files:
    hf_hub_download(model, file, revision=revision)
"""
NEEDED = [name for name in NEW if "/" not in name]


def java(server, home, model):
    command = [JAVA, "-cp", CLASSPATH, "io.vitrail.transformer.hub.WriteCache", server.address, f"{home}/hub", model]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def python(script, server, home, *arguments, offline=False):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
    environment |= {
        "HF_HOME": home,
        "HF_ENDPOINT": server.address,
        "HF_HUB_OFFLINE": "1" if offline else "0",
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }
    subprocess.run([sys.executable, "-c", script, *arguments], env=environment, check=True)


def gets(server):
    return [request for request in server.requests if request[0] == "GET"]


def weights(home):
    blobs = Path(home, "hub", "models--acme--tiny-vit", "blobs")
    return (blobs / tag("model.safetensors", NEW["model.safetensors"])).read_bytes()


def python_reads_what_java_wrote(server, home):
    for revision in [*REVISIONS[MODEL], REVISIONS[MODEL]["main"]]:
        folder = java(server, home, f"{MODEL}@{revision}")
        files = ["config.json", "pytorch_model.bin"] if revision == "v1" else NEEDED
        python(READ_OFFLINE, server, home, MODEL, revision, folder, *files, offline=True)
    python(READ_OFFLINE, server, home, "tiny", "main", java(server, home, "tiny"), "config.json", offline=True)


def python_downloads_nothing_again(server, home):
    java(server, home, MODEL)
    server.requests.clear()
    python(DOWNLOAD, server, home, MODEL, "main", *NEEDED)
    assert not gets(server), gets(server)


def java_downloads_nothing_again(server, home):
    python(DOWNLOAD, server, home, MODEL, "main", *NEEDED)
    server.requests.clear()
    java(server, home, MODEL)
    assert not gets(server), gets(server)


def both_at_once(server, home):
    server.pause = 0.1
    failures = []

    def run(call, *arguments):
        try:
            call(*arguments)
        except BaseException as failure:  # noqa: BLE001 - told below
            failures.append(failure)

    calls = [(java, server, home, MODEL), (python, DOWNLOAD, server, home, MODEL, "main", *NEEDED)] * 2
    threads = [threading.Thread(target=run, args=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    assert weights(home) == NEW["model.safetensors"]
    python(READ_OFFLINE, server, home, MODEL, "main", java(server, home, MODEL), *NEEDED, offline=True)
    assert not list(Path(home).rglob("*.incomplete")) and not list(Path(home).rglob("tmp_*"))


def main():
    for check in (
        python_reads_what_java_wrote,
        python_downloads_nothing_again,
        java_downloads_nothing_again,
        both_at_once,
    ):
        with HubServer() as server, tempfile.TemporaryDirectory() as home:
            check(server, home)
        print("ok", check.__name__)


main()
