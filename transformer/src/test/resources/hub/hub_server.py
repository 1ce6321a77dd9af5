"""A server on the loopback that answers as huggingface.co does: commits, tags and sizes; large files from another port."""

import hashlib
import json
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


def commit(number):
    return f"{number:040x}"


def weights(seed):
    """A safetensors file of one tensor with 300 numbers."""
    header = json.dumps({"x": {"dtype": "F32", "shape": [300], "data_offsets": [0, 1200]}}).encode()
    return struct.pack("<Q", len(header)) + header + struct.pack("<300f", *(seed + i / 300 for i in range(300)))


CONFIG = b'{"model_type": "vit"}\n'
OLD = {"config.json": CONFIG, "pytorch_model.bin": b"old weights"}
NEW = {
    "config.json": CONFIG,
    "preprocessor_config.json": b'{"size": 224}\n',
    "README.md": b"---\nlicense: mit\n---\n",
    "tokenizer.json": b"{}\n",
    "onnx/config.json": b'{"onnx": true}\n',
    "model.safetensors": weights(1),
}
COMMITS = {commit(1): OLD, commit(2): NEW, commit(3): {**NEW, "model.safetensors": weights(2)}}
REVISIONS = {
    "acme/tiny-vit": {"main": commit(2), "v1": commit(1), "refs/pr/1": commit(3)},
    "tiny": {"main": commit(1)},
    "acme/broken": {"main": commit(3)},
}


def is_large(name):
    return name.endswith((".safetensors", ".bin"))


def tag(name, content):
    if is_large(name):
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


STORED = {tag(name, content): content for files in COMMITS.values() for name, content in files.items()}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_HEAD(self):
        self.answer(with_content=False)

    def do_GET(self):
        self.answer(with_content=True)

    def answer(self, with_content):
        path = unquote(self.path)
        self.server.hub.requests.append((self.command, path, self.headers.get("Range")))
        if self.server is self.server.hub.storage:
            return self.content(STORED[path[1:]], {"ETag": '"storage-' + path[1:9] + '"'}, with_content)
        model, _, rest = path[1:].partition("/resolve/")
        known = REVISIONS.get(model)
        if known is None:
            return self.status(401, {"X-Error-Code": "RepoNotFound"})
        revision = next((r for r in [*known, *COMMITS] if rest.startswith(r + "/")), None)
        if revision is None:
            return self.status(404, {"X-Error-Code": "RevisionNotFound"})
        commit_id, name = known.get(revision, revision), rest[len(revision) + 1 :]
        headers = {"X-Repo-Commit": commit_id}
        content = COMMITS[commit_id].get(name)
        if content is None:
            return self.status(404, {**headers, "X-Error-Code": "EntryNotFound"})
        if is_large(name):
            address = f"http://127.0.0.1:{self.server.hub.storage.server_port}/{tag(name, content)}"
            headers |= {"X-Linked-Etag": f'"{tag(name, content)}"', "X-Linked-Size": str(len(content))}
            return self.status(302, {**headers, "Location": address})
        return self.content(content, {**headers, "ETag": f'"{tag(name, content)}"'}, with_content)

    def status(self, status, headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def content(self, content, headers, with_content):
        wanted = self.headers.get("Range", "bytes=0-")
        start = int(wanted.removeprefix("bytes=").partition("-")[0])
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        for name, value in {**headers, "Content-Length": str(len(content) - start)}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_content:
            for i in range(start, len(content), 100):
                self.wfile.write(content[i : i + 100])
                self.wfile.flush()
                if len(content) > 1000:
                    self.server.hub.sent_a_piece()


class HubServer:
    """Use it in a with statement. `pause` is the time between two pieces of 100 bytes of a large file."""

    def __init__(self, pause=0.0):
        self.pause = pause
        self.requests = []
        self.hub = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.storage = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.hub.server_port}"
        self.pieces = 0

    def sent_a_piece(self):
        self.pieces += 1
        time.sleep(self.pause)

    def __enter__(self):
        for server in (self.hub, self.storage):
            server.hub = self
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error):
        for server in (self.hub, self.storage):
            server.shutdown()
            server.server_close()
