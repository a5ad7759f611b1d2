#!/usr/bin/env python3
"""ClickHouse's HTTP interface before the real ClickHouse engine (PyPI's chdb-core), for tests.

usage: clickhouse_server.py DATA_DIR PORT [--user NAME] [--password SECRET] [--certificate PEM --key PEM]

PORT 0 takes a free one. Prints "listening URL" once it answers; ends on SIGTERM. What it has of the interface: /ping,
queries in the body or in `query`, `database`, settings, bound parameters (`param_*`), INSERT with data behind it, gzip
both ways, users, exceptions with their codes and statuses. What it has not: sessions, roles, quotas, progress headers.
"""
import argparse
import base64
import gzip
import re
import signal
import ssl
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from chdb import _chdb

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("directory")
arguments.add_argument("port", type=int)
arguments.add_argument("--user", default="default")
arguments.add_argument("--password", default="")
arguments.add_argument("--certificate")
arguments.add_argument("--key")
options = arguments.parse_args()

# Held for as long as the process lives: without a connection the engine goes.
engine = _chdb.connect(options.directory)


def rows(sql):
    return [line.split("\t") for line in engine.query(sql, "TSV").bytes().decode().splitlines()]


version = rows("SELECT version()")[0][0]
codes = {name: int(code) for code, name in rows("SELECT number, errorCodeToName(number::UInt32) FROM numbers(1, 1100)")}

# The statuses that ClickHouse answers with; every other exception is a 500.
statuses = {
    400: "BAD_ARGUMENTS CANNOT_PARSE_TEXT CANNOT_PARSE_DATETIME CANNOT_PARSE_NUMBER ILLEGAL_COLUMN INCORRECT_DATA "
    "SYNTAX_ERROR TYPE_MISMATCH VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE",
    401: "REQUIRED_PASSWORD",
    403: "UNKNOWN_USER WRONG_PASSWORD AUTHENTICATION_FAILED ACCESS_DENIED",
    404: "UNKNOWN_TABLE UNKNOWN_FUNCTION UNKNOWN_IDENTIFIER UNKNOWN_TYPE UNKNOWN_DATABASE UNKNOWN_SETTING "
    "UNKNOWN_AGGREGATE_FUNCTION UNKNOWN_FORMAT",
    408: "TIMEOUT_EXCEEDED",
    413: "QUERY_IS_TOO_LARGE",
    501: "NOT_IMPLEMENTED",
}
status_of = {codes[name]: status for status, names in statuses.items() for name in names.split() if name in codes}

# What is no setting among a query's parameters.
reserved = {
    "query", "database", "default_format", "query_id", "user", "password", "enable_http_compression",
    "wait_end_of_query", "buffer_size", "session_id", "quota_key", "role",
}
insert = re.compile(rb"\A\s*(INSERT\s+INTO\s.+?)\sFORMAT\s+([A-Za-z0-9_]+)[ \t]*(?:\r?\n|\Z|(?=[\[{]))", re.I | re.S)
writes = re.compile(r"\A\s*(INSERT|CREATE|ALTER|DROP|TRUNCATE|RENAME|OPTIMIZE|DELETE|SYSTEM)\b", re.I)


class Failure(Exception):
    pass


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            data = b"".join(parts)
        else:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(data) if self.headers.get("Content-Encoding") == "gzip" else data

    def answer(self, status, data, headers=()):
        headers = dict(headers)
        if data and self.may_compress:
            data, headers["Content-Encoding"] = gzip.compress(data, 1), "gzip"
        self.send_response(status)
        headers.setdefault("Content-Type", "text/plain; charset=UTF-8")
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def do_GET(self):
        self.may_compress = False
        url = urlsplit(self.path)
        parameters = dict(parse_qsl(url.query, keep_blank_values=True))
        body = self.body()
        if url.path == "/ping":
            return self.answer(200, b"Ok.\n")
        if url.path != "/":
            return self.answer(404, b"There is no handle " + url.path.encode() + b"\n")
        if not parameters.get("query") and not body:
            return self.answer(200, b"Ok.\n")
        self.may_compress = parameters.get("enable_http_compression") == "1" and "gzip" in self.headers.get(
            "Accept-Encoding", "")
        name = parameters.get("query_id") or str(uuid.uuid4())
        try:
            data = self.run(parameters, body)
        except Exception as error:
            text = str(error)
            found = re.search(r"Code: (\d+)", text)
            code = int(found[1]) if found else 1002
            if "(version" not in text:
                text += f" (version {version} (official build))"
            headers = {"X-ClickHouse-Exception-Code": code, "X-ClickHouse-Query-Id": name}
            return self.answer(status_of.get(code, 500), (text + "\n").encode(), headers)
        return self.answer(200, data, {"X-ClickHouse-Query-Id": name})

    do_POST = do_HEAD = do_GET

    def check_user(self, parameters):
        user = self.headers.get("X-ClickHouse-User") or parameters.get("user")
        password = self.headers.get("X-ClickHouse-Key") or parameters.get("password")
        basic = self.headers.get("Authorization", "")
        if basic.startswith("Basic "):
            user, _, password = base64.b64decode(basic[6:]).decode().partition(":")
        if (user or "default", password or "") != (options.user, options.password):
            raise Failure(
                f"Code: 516. DB::Exception: {user or 'default'}: Authentication failed: password is incorrect, or "
                "there is no user with such name. (AUTHENTICATION_FAILED)")

    def run(self, parameters, body):
        self.check_user(parameters)
        connection = _chdb.connect(options.directory)
        try:
            database = parameters.get("database") or self.headers.get("X-ClickHouse-Database")
            if database:
                connection.query("USE `%s`" % database.replace("\\", "\\\\").replace("`", "\\`"), "TSV")
            query = parameters.get("query", "").encode()
            statement = query + b"\n" + body if query else body
            if self.command != "POST" and writes.match(statement[:200].decode("utf-8", "replace")):
                raise Failure("Code: 164. DB::Exception: Cannot execute query in readonly mode. (READONLY)")
            for name, value in parameters.items():
                if name not in reserved and not name.startswith("param_"):
                    connection.query(f"SET `{name}` = {quoted(value)}", "TSV")
            if found := insert.match(statement):
                handle = connection.send_insert(found[1].decode(), found[2].decode())
                try:
                    connection.insert_append(handle, statement[found.end():])
                    connection.insert_done(handle)
                except Exception:
                    try:
                        connection.insert_cancel(handle)
                    except Exception:
                        pass
                    raise
                return b""
            text = statement.decode("utf-8", "surrogateescape").strip()
            result = connection.query(
                text, parameters.get("default_format") or "TabSeparated",
                params={name[6:]: value for name, value in parameters.items() if name.startswith("param_")})
            if result.has_error():
                raise Failure(result.error_message())
            return result.bytes() if result.size() else b""
        finally:
            connection.close()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


server = Server(("127.0.0.1", options.port), Handler)
scheme = "http"
if options.certificate:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate, options.key)
    # The handshake is made by the thread that serves, at its first read: a slow client holds nobody up.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    scheme = "https"
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
print(f"listening {scheme}://127.0.0.1:{server.server_port} (ClickHouse {version})", flush=True)
server.serve_forever()
engine.close()
