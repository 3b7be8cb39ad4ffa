#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""http_server.py FOLDER: an HTTP server on a free port of the loopback, for the tests of plugins/sms_http.

It says "PORT n" when it is ready. FOLDER/requests gets one line of JSON a request: method, path, headers (lower case), and
`fields`, a list of [name, value] as Python's own parsers decode query, form, JSON (paths with dots) and XML. What it answers
is what the path says: /STATUS, /STATUS/WORDS, /redirect, /endless, /silent, /drop, /garbage, /slow, /echo, /later,
/after/MILLISECONDS, /once (the first request of a connection; the next is taken, and the connection ends).
"""
import http.server
import json
import sys
import threading
import time
import urllib.parse
import xml.etree.ElementTree as xml
from pathlib import Path


def walk_json(value, path=""):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from walk_json(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value:
            yield from walk_json(inner, path + "[]")
    else:
        yield [path, value]


def walk_xml(element, path=""):
    path = f"{path}.{element.tag}" if path else element.tag
    for name, value in element.attrib.items():
        yield [f"{path}.@{name}", value]
    if len(element) == 0:
        yield [path, element.text or ""]
    for inner in element:
        yield from walk_xml(inner, path)


def fields_of(query, kind, body):
    pairs = [list(pair) for pair in urllib.parse.parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))]
    if kind.startswith("application/json"):
        return pairs + list(walk_json(json.loads(body)))
    if kind.startswith("text/xml"):
        return pairs + list(walk_xml(xml.fromstring(body)))
    form = urllib.parse.parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body))
    return pairs + [list(pair) for pair in form]


class Gateway(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder = None
    lock = threading.Lock()
    answered = False  # one on this connection

    def take(self):
        url = urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        record = {"method": self.command, "path": url.path, "headers": [[k.lower(), v] for k, v in self.headers.items()],
                  "fields": fields_of(url.query, self.headers.get("content-type", ""), body), "at": time.time()}
        with self.lock, (self.folder / "requests").open("a") as file:
            file.write(json.dumps(record) + "\n")
        self.answer(url.path.split("/")[1:], body)

    def answer(self, words, body):
        if words[0] == "drop":
            self.close_connection = True
        elif words[0] == "silent":
            self.rfile.read()
        elif words[0] == "endless":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x" * 4096)
            except OSError:
                self.close_connection = True
        elif words[0] == "redirect":
            self.say(302, b"", location="/200")
        elif words[0] == "garbage":
            self.wfile.write(b"\x01\x02 not http \xff\n" * 100)
            self.close_connection = True
        elif words[0] == "slow":
            for byte in b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK":
                self.wfile.write(bytes([byte]))
                time.sleep(0.01)
        elif words[0] == "echo":
            self.say(200, b"taken: " + body)
        elif words[0] == "after":
            time.sleep(int(words[1]) / 1000)
            self.say(200, b"taken")
        elif words[0] == "once" and self.answered:
            self.close_connection = True
        elif words[0] == "once":
            self.answered = True
            self.say(200, b"OK")
        elif words[0] == "later":
            self.say(503, b"busy", retry_after="7")
        else:
            self.say(int(words[0]), urllib.parse.unquote("/".join(words[1:])).encode())

    def say(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = take

    def log_message(self, *_):
        pass


Gateway.folder = Path(sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
print("PORT", server.server_address[1], flush=True)
server.serve_forever()
