"""Serves a fresh copy of the Keystone that keystone.sh prepared, until its standard input closes.

Prints one line, `ready http://127.0.0.1:PORT`, when every worker has answered its first requests. Stops gunicorn and
removes the copy when standard input closes or SIGTERM or SIGINT arrives; a copy left behind by a killed process is
removed by the next one.
"""

import argparse
import ctypes
import glob
import os
import re
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

WORKERS = 2
# A cold start takes 3 to 15 seconds, more when several tests compile beside it.
START_LIMIT = 180
# A copy needs under 1 MB; tests that make thousands of objects some ten.
ROOM = 256 * 1024 * 1024
PREFIX = "orchest-keystone-"
PR_SET_PDEATHSIG = 1


def fail(message):
    sys.stderr.write(f"keystone_serve.py: {message}\n")
    sys.exit(1)


def fast_folder():
    """In memory if there is room, because SQLite's journal is what costs time on a disk."""
    try:
        if shutil.disk_usage("/dev/shm").free > ROOM and os.access("/dev/shm", os.W_OK):
            return "/dev/shm"
    except OSError:
        pass
    return tempfile.gettempdir()


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def remove_leftovers(folder):
    for path in glob.glob(os.path.join(folder, PREFIX + "*")):
        owner = re.match(r"(\d+)-", os.path.basename(path)[len(PREFIX):])
        if owner and not is_alive(int(owner.group(1))):
            shutil.rmtree(path, ignore_errors=True)


def copy(pristine, data, url):
    shutil.copytree(pristine, data, dirs_exist_ok=True)
    with open(os.path.join(data, "keystone.conf.in")) as source:
        text = source.read().replace("@DATA@", data)
    with open(os.path.join(data, "keystone.conf"), "w") as target:
        target.write(text)
    # The catalog names the server's own address.
    with sqlite3.connect(os.path.join(data, "keystone.db")) as database:
        database.execute("UPDATE endpoint SET url = ?", (url + "/v3",))
    database.close()


def start(data, password, listener):
    here = os.path.dirname(os.path.abspath(__file__))
    libc = ctypes.CDLL(None)
    environment = dict(os.environ)
    environment.update(
        OS_KEYSTONE_CONFIG_FILES=os.path.join(data, "keystone.conf"),
        ORCHEST_KEYSTONE_DATA=data,
        ORCHEST_KEYSTONE_PASSWORD=password,
        # The folder of the tests is no place for compiled files.
        PYTHONDONTWRITEBYTECODE="1",
    )
    # Plain sync workers would answer `Connection: close`; the usual time-out of 30 s would cut the deletion of a large
    # domain; the control socket would be one for all servers of this user.
    arguments = ["-k", "gthread", "-w", str(WORKERS), "--threads", "1", "--keep-alive", "30", "--timeout", "300"]
    arguments += ["--no-control-socket", "--graceful-timeout", "3", "--worker-tmp-dir", data, "--log-level", "warning"]
    arguments += ["--bind", f"fd://{listener.fileno()}", "--pythonpath", here]
    arguments += ["--config", os.path.join(here, "keystone_wsgi.py"), "keystone_wsgi:application"]
    with open(os.path.join(data, "log"), "wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=data,
            env=environment,
            pass_fds=[listener.fileno()],
            # A group of its own, so that all of it can be stopped; and it ends with us even if we are killed.
            start_new_session=True,
            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM),
        )


def stop(server):
    for sign, patience in [(signal.SIGTERM, 5), (signal.SIGKILL, 5)]:
        try:
            os.killpg(server.pid, sign)
        except ProcessLookupError:
            pass
        try:
            server.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        break
    # Workers that outlived their master.
    try:
        os.killpg(server.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def is_ready(data, url):
    if len(glob.glob(os.path.join(data, "warm-*"))) < WORKERS:
        return False
    try:
        with urllib.request.urlopen(url + "/v3", timeout=30) as answer:
            return answer.status == 200
    except OSError:
        return False


def end_of_input(seconds):
    """Whether standard input was closed within this time."""
    readable, _, _ = select.select([sys.stdin], [], [], seconds)
    return bool(readable) and not os.read(sys.stdin.fileno(), 4096)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prepared", required=True, help="the folder that keystone.sh made")
    parser.add_argument("--data", help="where the copy goes (default: a new folder in memory or the temporary one)")
    parser.add_argument("--port", type=int, default=0, help="the port (default: a free one)")
    parser.add_argument("--password", default="orchest-test-admin", help="the one keystone.sh gave to admin")
    options = parser.parse_args()
    pristine = os.path.join(options.prepared, "pristine")
    if not os.path.exists(os.path.join(options.prepared, "stamp")):
        fail(f"{options.prepared} is not prepared; run tests/servers/keystone.sh")

    def interrupted(number, frame):
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGINT, interrupted)
    # Loopback must not go through a proxy.
    urllib.request.install_opener(urllib.request.build_opener(urllib.request.ProxyHandler({})))

    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", options.port))
    except OSError as error:
        fail(f"port {options.port}: {error}")
    listener.listen(128)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    folder = fast_folder()
    remove_leftovers(folder)
    data = options.data or tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=folder)
    server = None
    try:
        copy(pristine, data, url)
        server = start(data, options.password, listener)
        listener.close()
        deadline = time.monotonic() + START_LIMIT
        while not is_ready(data, url):
            if server.poll() is not None or time.monotonic() > deadline:
                with open(os.path.join(data, "log"), errors="replace") as log:
                    sys.stderr.write("".join(log.readlines()[-30:]))
                fail("Keystone did not start")
            if end_of_input(0.05):
                return
        print(f"ready {url}", flush=True)
        while not end_of_input(1.0):
            if server.poll() is not None:
                fail("Keystone ended by itself")
    finally:
        if server is not None:
            stop(server)
        shutil.rmtree(data, ignore_errors=True)


main()
