"""Tries the static binary where there is nothing else: alone.py BINARY FOLDER, in a network of its own, as root."""

import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time

from closed import NOBODY, Closed
from names import serve

KEYSTONE = 25000
SITE = "keystone.city.example"
# What the greeting of `orchest sandbox up` tells.
LOGIN = {"ORCHEST_USER": "admin", "ORCHEST_PASSWORD": "sand-castle-15000"}


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def stranger(folder):
    """The port of a server whose certificate nobody has signed."""
    key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "certificate.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
         "-subj", "/CN=stranger", "-addext", "basicConstraints=critical,CA:FALSE",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = socket.create_server(("127.0.0.1", 0))

    def loop():
        while True:
            connection, _ = server.accept()
            try:
                with context.wrap_socket(connection, server_side=True) as safe:
                    safe.recv(65536)
                    safe.sendall(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            except OSError:
                pass

    threading.Thread(target=loop, daemon=True).start()
    return server.getsockname()[1]


def main():
    binary, folder = sys.argv[1:]
    shutil.rmtree(folder, ignore_errors=True)
    inside = os.path.join(folder, "root")
    os.makedirs(inside)
    shutil.copy(binary, os.path.join(inside, "orchest"))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    closed = Closed(inside)

    version = closed.expect(0, "orchest ", "/orchest", "--version").strip()
    closed.expect(0, "Usage: orchest", "/orchest", "help")
    closed.expect(0, "ORCHEST_", "/orchest", "help", "environment")
    # Nothing can be written here, and nobody has a home: reading needs neither.
    platform = closed.start("/orchest", "sandbox", "up", "--port-base", str(KEYSTONE))
    try:
        whoami = ["/orchest", "auth", "whoami"]
        at = f"http://127.0.0.1:{KEYSTONE}"
        for _ in range(100):
            if closed.run(*whoami, **LOGIN, ORCHEST_KEYSTONE=at)[0] == 0:
                break
            time.sleep(0.1)
        closed.expect(0, "admin", *whoami, **LOGIN, ORCHEST_KEYSTONE=at)

        # Without a list of hosts and a name server no name means anything, not even this one; it says so.
        named = f"http://localhost:{KEYSTONE}"
        closed.expect(75, "name of the host cannot be looked up", *whoami, **LOGIN, ORCHEST_KEYSTONE=named)
        write(os.path.join(inside, "etc/hosts"), "127.0.0.1 localhost\n")
        closed.expect(0, "admin", *whoami, **LOGIN, ORCHEST_KEYSTONE=named)
        asked = serve(SITE)
        write(os.path.join(inside, "etc/resolv.conf"), "nameserver 127.0.0.1\n")
        site = f"http://{SITE}:{KEYSTONE}"
        closed.expect(0, "admin", *whoami, **LOGIN, ORCHEST_KEYSTONE=site, ORCHEST_ALLOW_HTTP="true")
        if SITE not in asked:
            raise SystemExit(f"the name server was asked for {asked}")
    finally:
        platform.terminate()
        platform.wait()

    # The authorities that everybody trusts are in the program itself; a stranger is told from them, not from a lack of files.
    port = stranger(folder)
    site = f"https://127.0.0.1:{port}"
    closed.expect(1, "signed by nobody we trust", *whoami, **LOGIN, ORCHEST_KEYSTONE=site)
    shutil.copy(os.path.join(folder, "certificate.pem"), os.path.join(inside, "friend.pem"))
    closed.expect(1, "410", *whoami, "--cacert", "/friend.pem", **LOGIN, ORCHEST_KEYSTONE=site)
    print(f"{version}: alone in a folder, as user {NOBODY}: by address, /etc/hosts, DNS and TLS", file=sys.stderr)


main()
