"""A host that downloads come from, on this machine: it serves ranges, and can cut a file off or have moved it."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Host:
    """``files`` by path; ``cut``: how many bytes of a path are sent before the line drops, once; ``asked`` is a log."""

    def __init__(self):
        self.files, self.cut, self.asked, self.address = {}, {}, [], ""


@contextlib.contextmanager
def hosting(**files):
    """A running Host; ``hosting(**{"a.zip": b"..."})`` serves ``host.address + "/a.zip"``."""
    host = Host()
    host.files = {f"/{name}": content for name, content in files.items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            host.asked.append((self.path, self.headers.get("Range", "")))
            content = host.files.get(self.path)
            if content is None:
                self.send_error(404, "Not Found")
                return
            tag = f'"{hash(content)}"'
            whole = not self.headers.get("Range") or self.headers.get("If-Range") != tag
            start = 0 if whole else int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
            self.send_response(200 if whole else 206)
            self.send_header("ETag", tag)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            self.wfile.write(content[start : host.cut.pop(self.path, None)])

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host.address = f"http://127.0.0.1:{server.server_port}"
        yield host
        server.shutdown()
