"""What serving a real server for a test has in common: a folder of its own, a line when it answers, an end with the test.

The test holds a pipe to standard input. When that closes, however the test ends, or SIGTERM or SIGINT arrives, the server
is stopped and its data are removed; what a killed process left behind is removed by the next one.
"""

import contextlib
import ctypes
import glob
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

# A cold start takes 3 to 15 seconds, more when several tests compile beside it.
START_LIMIT = 180
# A server of a test needs a few MB; some tests make thousands of objects.
ROOM = 256 * 1024 * 1024
PR_SET_PDEATHSIG = 1


def fail(message):
    sys.stderr.write(f"{os.path.basename(sys.argv[0])}: {message}\n")
    sys.exit(1)


def listen(port=0):
    """A socket on loopback; the port is a free one unless it is said."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        fail(f"port {port}: {error}")
    listener.listen(128)
    return listener


def fresh_folder(prefix):
    """An empty folder that carries our number, in memory if there is room: SQLite's journal costs time on a disk."""
    folder = tempfile.gettempdir()
    try:
        if shutil.disk_usage("/dev/shm").free > ROOM and os.access("/dev/shm", os.W_OK):
            folder = "/dev/shm"
    except OSError:
        pass
    for path in glob.glob(os.path.join(folder, prefix + "*")):
        owner = re.match(r"(\d+)-", os.path.basename(path)[len(prefix):])
        if owner and not is_alive(int(owner.group(1))):
            shutil.rmtree(path, ignore_errors=True)
    return tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=folder)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def start(arguments, data, death=signal.SIGKILL, pass_fds=(), **environment):
    """Starts a program of this Python's. It ends with us even if we are killed, by the signal `death`."""
    libc = ctypes.CDLL(None)
    # Nothing but loopback is talked to. And the folder of the tests is no place for compiled files.
    own = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    own.update(environment, PYTHONDONTWRITEBYTECODE="1")
    with open(os.path.join(data, "out"), "wb") as out:
        return subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=data,
            env=own,
            pass_fds=pass_fds,
            # A group of its own, so that all of it can be stopped.
            start_new_session=True,
            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, death),
        )


@contextlib.contextmanager
def quiet(path):
    """What is printed goes into this file, and is shown where it ends badly."""
    kept = [os.dup(descriptor) for descriptor in (1, 2)]
    redirect(path)
    try:
        yield
    except BaseException:
        sys.stderr.flush()
        os.dup2(kept[1], 2)
        show_end(path)
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, original in zip((1, 2), kept):
            os.dup2(original, descriptor)
            os.close(original)


def redirect(path):
    """What is printed goes into this file."""
    out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.close(out)


def show_end(path):
    with open(path, errors="replace") as out:
        sys.stderr.write("".join(out.readlines()[-30:]))


class Forked:
    """A copy of this process that does something else, with what a `Popen` has of it."""

    def __init__(self, pid):
        self.pid = pid
        self.code = None

    def poll(self):
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code

    def wait(self, seconds):
        deadline = time.monotonic() + seconds
        while self.poll() is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("a copy of this process", seconds)
            time.sleep(0.01)


def fork(run, data, death=signal.SIGKILL):
    """Runs this in a copy of the process, as `start` starts a program."""
    libc = ctypes.CDLL(None)
    pid = os.fork()
    if pid:
        return Forked(pid)
    code = 1
    try:
        os.setsid()
        libc.prctl(PR_SET_PDEATHSIG, death)
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, signal.SIG_DFL)
        os.chdir(data)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        redirect("out")
        run()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        # What the original does at its end is not for its copies.
        sys.stderr.flush()
        os._exit(code)


def stop(server, patience):
    for sign, seconds in [(signal.SIGTERM, patience), (signal.SIGKILL, 5)][0 if patience else 1 :]:
        try:
            os.killpg(server.pid, sign)
        except ProcessLookupError:
            pass
        try:
            server.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        break
    # Workers that outlived their master.
    try:
        os.killpg(server.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def answers(url):
    # Loopback must not go through a proxy.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=30) as answer:
            return answer.status == 200
    except OSError:
        return False


def end_of_input(seconds):
    """Whether standard input was closed within this time."""
    readable, _, _ = select.select([sys.stdin], [], [], seconds)
    return bool(readable) and not os.read(sys.stdin.fileno(), 4096)


def serve(name, data, launch, is_ready, words, patience=5):
    """Launches a server, prints `ready` and the words when it is, and stops it when standard input ends.

    It has so many seconds to stop by itself; with none it is not asked to.
    """

    def interrupted(number, frame):
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGINT, interrupted)
    server = None
    try:
        server = launch()
        deadline = time.monotonic() + START_LIMIT
        while not is_ready():
            if server.poll() is not None or time.monotonic() > deadline:
                show_end(os.path.join(data, "out"))
                fail(f"{name} did not start")
            if end_of_input(0.05):
                return
        print("ready", *words, flush=True)
        while not end_of_input(1.0):
            if server.poll() is not None:
                fail(f"{name} ended by itself")
    finally:
        if server is not None:
            stop(server, patience)
        shutil.rmtree(data, ignore_errors=True)
