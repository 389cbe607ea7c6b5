"""A provider that takes files in parts, and remembers each one it got."""

from __future__ import annotations

import hashlib
import json
import time
from email.parser import BytesParser
from typing import TYPE_CHECKING, Any

from tests.faults.server import FaultServer, page, problem

if TYPE_CHECKING:
    from tests.faults.server import Seen


def form(seen: Seen) -> dict[str, tuple[str | None, bytes]]:
    """Return (file name, content) of each field of a multipart form."""
    head = f"Content-Type: {seen.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser().parsebytes(head + seen.body)
    found = {}
    for part in message.get_payload():
        name = part.get_param("name", header="content-disposition")
        found[name] = (part.get_filename(), part.get_payload(decode=True))
    return found


def part_content(seen: Seen) -> bytes:
    """Return the bytes of a part as they were sent."""
    boundary = seen.headers["content-type"].partition("boundary=")[2].encode()
    start = seen.body.index(b"\r\n\r\n") + 4
    return seen.body[start : seen.body.rindex(b"\r\n--" + boundary)]


class UploadServer(FaultServer):
    """`parts` holds the content of every part that was taken, in the order of arrival."""

    def __init__(self, lifetime: int = 3600) -> None:
        self.lifetime = lifetime
        self.uploads: dict[str, dict[str, Any]] = {}
        self.parts: dict[str, bytes] = {}
        self.contents: dict[str, bytes] = {}
        super().__init__()

    def act(self, seen: Seen) -> tuple[int, Any]:
        words = seen.path.strip("/").split("/")
        if words[0] == "files":
            return self._files(seen, words)
        if words[0] != "uploads":
            return super().act(seen)
        if len(words) == 1:
            return 200, self._begin(json.loads(seen.body))
        upload = self.uploads.get(words[1])
        if upload is None or upload["status"] != "pending":
            state = upload["status"] if upload else "unknown"
            return 409, problem(f"the upload is {state}", code=f"upload_{state}")
        if words[2] == "parts":
            name = f"part-{len(self.parts) + 1}"
            self.parts[name] = part_content(seen)
            return 200, {"id": name, "object": "upload.part", "upload_id": upload["id"]}
        if words[2] == "cancel":
            upload["status"] = "cancelled"
            return 200, upload
        return self._complete(upload, json.loads(seen.body))

    def add_file(self, name: str, days: float = 0, content: bytes = b"{}\n", **more: Any) -> str:
        """Put a file there, made this many days ago, and return its id."""
        made = {
            "id": f"file-{len(self.contents) + 1}", "object": "file", "status": "processed",
            "filename": name, "bytes": len(content), "purpose": "fine-tune",
            "created_at": int(time.time() - days * 86_400), **more,
        }  # fmt: skip
        self.files[made["id"]] = made
        self.contents[made["id"]] = content
        return str(made["id"])

    def _files(self, seen: Seen, words: list[str]) -> tuple[int, Any]:
        if len(words) == 1 and seen.method == "GET":
            return 200, page(list(self.files.values())[::-1], seen.query)
        if len(words) == 1:
            fields = form(seen)
            name, content = fields["file"]
            purpose = fields["purpose"][1].strip().decode()
            return 200, self.files[self.add_file(str(name), 0, content, purpose=purpose)]
        if words[1] not in self.files:
            return 404, problem(f"no file {words[1]}")
        if seen.method == "DELETE":
            del self.files[words[1]]
            return 200, {"id": words[1], "object": "file", "deleted": True}
        return 200, self.contents[words[1]].decode() if words[2:] else self.files[words[1]]

    def sent(self) -> int:
        """How many parts were sent, taken or not."""
        return sum(seen.path.endswith("/parts") for seen in self.seen)

    def _begin(self, asked: dict[str, Any]) -> dict[str, Any]:
        now = int(time.time())
        upload = {
            **asked, "id": f"upload-{len(self.uploads) + 1}", "status": "pending",
            "created_at": now, "expires_at": now + self.lifetime, "file": None,
        }  # fmt: skip
        self.uploads[upload["id"]] = upload
        return upload

    def _complete(self, upload: dict[str, Any], asked: dict[str, Any]) -> tuple[int, Any]:
        content = b"".join(self.parts[name] for name in asked["part_ids"])
        if len(content) != upload["bytes"]:
            return 400, problem("the parts do not make up the bytes announced")
        if hashlib.md5(content).hexdigest() != asked["md5"]:
            return 400, problem("the md5 differs")
        made = self.add_file(upload["filename"], 0, content, purpose=upload["purpose"])
        self.files[made]["bytes"] = None  # as OpenAI's may be at first
        upload |= {"status": "completed", "file": self.files[made]}
        return 200, upload
