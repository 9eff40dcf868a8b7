"""A Keystone that costs nothing: every answer lies ready. `fake.py [--latency MS] [--slow-page MS]` prints `ready URL`, and serves
until its standard input closes.

The service `nN` has N users, in pages as Keystone makes them. `GET /connections` tells how many connections were opened.
"""

import argparse
import asyncio
import json
import sys
from urllib.parse import parse_qs, urlsplit

PAGE = 1000
TOKEN = {
    "expires_at": "2099-01-01T00:00:00.000000Z", "issued_at": "2026-01-01T00:00:00.000000Z", "methods": ["password"],
    "user": {"id": "u1", "name": "admin", "domain": {"id": "default", "name": "Default"}, "password_expires_at": None},
    "roles": [{"id": "r1", "name": "admin"}], "system": {"all": True}, "audit_ids": ["a"],
}


def user(number, domain):
    return {"id": f"{number:032x}", "name": f"user{number:06}", "domain_id": domain, "enabled": True,
            "password_expires_at": None, "options": {}, "email": f"user{number:06}@city.example",
            "links": {"self": f"http://keystone.city.example:5000/v3/users/{number:032x}"}}


class Fake:
    def __init__(self, latency, slow):
        self.latency, self.slow = latency, slow
        self.connections = 0
        self.ready = {}
        self.url = None

    def version(self):
        return {"version": {"id": "v3.14", "status": "stable", "media-types": [],
                            "links": [{"rel": "self", "href": f"{self.url}/v3/"}]}}

    def page(self, path, query):
        """A page of the users of a service, or all of them where no limit is asked for."""
        domain = query["domain_id"][0]
        total = int(domain[1:])
        begin = int(query["marker"][0], 16) + 1 if "marker" in query else 0
        end = min(total, begin + PAGE) if "limit" in query else total
        users = [user(number, domain) for number in range(begin, end)]
        again = f"{self.url}{path}?limit={PAGE}&marker={end - 1:032x}&domain_id={domain}" if end < total else None
        return {"users": users, "links": {"next": again, "self": f"{self.url}{path}", "previous": None}}

    def answer(self, method, target, body):
        path, query = urlsplit(target).path.rstrip("/"), parse_qs(urlsplit(target).query)
        if path == "/connections":
            return 200, {"connections": self.connections}
        if path in ("", "/v3"):
            return 200, self.version() if path else {"versions": {"values": [self.version()["version"]]}}
        if path == "/v3/auth/tokens":
            endpoint = {"id": "e1", "interface": "public", "region": "RegionOne", "region_id": "RegionOne", "url": f"{self.url}/v3"}
            catalog = [{"id": "s1", "type": "identity", "name": "keystone",
                        "endpoints": [endpoint, endpoint | {"id": "e2", "interface": "admin"}]}]
            return 201, {"token": TOKEN | {"catalog": catalog}}
        if path == "/v3/domains" and "name" in query:
            name = query["name"][0]
            return 200, {"domains": [{"id": name, "name": name, "enabled": True}], "links": {"next": None}}
        if path == "/v3/users" and method == "POST":
            made = json.loads(body)["user"]
            return 201, {"user": {"id": f"{abs(hash(made['name'])):032x}", "enabled": True} | made}
        if path == "/v3/users" and "name" not in query:
            return 200, self.page(path, query)
        if path == "/v3/users":
            return 200, {"users": [], "links": {"next": None}}
        return 404, {"error": {"code": 404, "title": "Not Found", "message": "not here"}}

    def bytes(self, method, target, body):
        key = (method, target)
        if method != "GET" or target == "/connections" or key not in self.ready:
            status, told = self.answer(method, target, body)
            text = json.dumps(told).encode()
            head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nX-Subject-Token: bench\r\nContent-Length: {len(text)}\r\n\r\n"
            self.ready[key] = head.encode() + text
        return self.ready[key]


class Connection(asyncio.Protocol):
    def __init__(self, fake):
        self.fake, self.buffer = fake, b""

    def connection_made(self, transport):
        self.transport = transport
        self.fake.connections += 1

    def data_received(self, data):
        self.buffer += data
        while True:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n")
                           if line.lower().startswith(b"content-length:")), 0)
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            method, target = head.split(b" ", 2)[:2]
            answer = self.fake.bytes(method.decode(), target.decode(), rest[:length])
            wait = self.fake.latency + (self.fake.slow if b"marker=" in target else 0)
            if wait:
                asyncio.get_running_loop().call_later(wait, self.transport.write, answer)
            else:
                self.transport.write(answer)


async def serve(fake):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(fake), "127.0.0.1", 0)
    fake.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print(f"ready {fake.url}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=int, default=0)
    parser.add_argument("--slow-page", type=int, default=0)
    options = parser.parse_args()
    asyncio.run(serve(Fake(options.latency / 1000, options.slow_page / 1000)))


main()
