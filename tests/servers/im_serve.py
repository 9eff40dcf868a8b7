"""Serves a fresh Infrastructure Manager on loopback, until its standard input closes. Run by the python of im.sh.

Prints one line, `ready http://127.0.0.1:PORT LOGFILE`, when it answers. Stops it and removes its data when standard input
closes or SIGTERM or SIGINT arrives. It reaches nothing but loopback: the machines of its cloud `Dummy` do not exist, and
somebody else may have their addresses.
"""

import argparse
import ctypes
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

# Five seconds as a rule, more when several tests compile beside it.
START_LIMIT = 180
PR_SET_PDEATHSIG = 1


def fail(message):
    sys.stderr.write(f"im_serve.py: {message}\n")
    sys.exit(1)


def fence():
    connect = socket.socket.connect

    def connect_to_loopback(self, address):
        if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
            raise OSError(f"{address[0]} is outside of the test")
        return connect(self, address)

    socket.socket.connect = connect_to_loopback


def serve(data, port, issuers):
    """The child: the real server, with settings of this run in place of its file's."""
    fence()
    from IM.config import Config

    Config.DATA_DB = f"sqlite:///{data}/inf.dat"
    Config.LOG_FILE = os.path.join(data, "im.log")
    Config.REST_ADDRESS = "127.0.0.1"
    Config.REST_PORT = port
    Config.OIDC_ISSUERS = issuers
    sys.argv[1:] = []
    from IM.im_service import main as run

    run()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(data, port, issuers):
    libc = ctypes.CDLL(None)
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    with open(os.path.join(data, "out"), "wb") as out:
        return subprocess.Popen(
            [sys.executable, os.path.abspath(__file__), "--serve", data, str(port), *issuers],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=data,
            env=environment,
            # A group of its own, so that all of it can be stopped; and it ends with us even if we are killed.
            start_new_session=True,
            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL),
        )


def stop(server):
    for sign, patience in [(signal.SIGTERM, 2), (signal.SIGKILL, 5)]:
        try:
            os.killpg(server.pid, sign)
            server.wait(patience)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
    try:
        os.killpg(server.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def is_ready(url):
    try:
        with urllib.request.urlopen(url + "/version", timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


def end_of_input(seconds):
    """Whether standard input was closed within this time."""
    readable, _, _ = select.select([sys.stdin], [], [], seconds)
    return bool(readable) and not os.read(sys.stdin.fileno(), 4096)


def main():
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2], int(sys.argv[3]), sys.argv[4:])
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issuer", action="append", default=[], help="an issuer whose tokens are taken")
    options = parser.parse_args()

    def interrupted(number, frame):
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGINT, interrupted)
    # Loopback must not go through a proxy.
    urllib.request.install_opener(urllib.request.build_opener(urllib.request.ProxyHandler({})))
    data = tempfile.mkdtemp(prefix=f"orchest-im-{os.getpid()}-")
    server = None
    try:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        server = start(data, port, options.issuer)
        deadline = time.monotonic() + START_LIMIT
        while not is_ready(url):
            if server.poll() is not None or time.monotonic() > deadline:
                with open(os.path.join(data, "out"), errors="replace") as out:
                    sys.stderr.write("".join(out.readlines()[-30:]))
                fail("the Infrastructure Manager did not start")
            if end_of_input(0.1):
                return
        print(f"ready {url} {os.path.join(data, 'im.log')}", flush=True)
        while not end_of_input(1.0):
            if server.poll() is not None:
                fail("the Infrastructure Manager ended by itself")
    finally:
        if server is not None:
            stop(server)
        shutil.rmtree(data, ignore_errors=True)


main()
