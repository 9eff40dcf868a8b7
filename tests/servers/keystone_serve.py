"""Serves a fresh copy of the Keystone that keystone.sh prepared, until its standard input closes.

Prints one line, `ready http://127.0.0.1:PORT FOLDER`, when it answers; its data are in the folder. How it ends: serving.py.

With --many it prints `ready SOCKET`. Whoever connects there gets another copy, the line above for it, and keeps it as long as
the connection. To start Keystone takes four seconds of work, to copy one that has been started next to nothing.
"""

import argparse
import gc
import os
import select
import shutil
import signal
import socket
import sqlite3
import sys

sys.dont_write_bytecode = True
import serving  # noqa: E402

# Before anything else goes to another folder: the one in which it is loaded has to stay.
from gunicorn.app.base import BaseApplication  # noqa: E402
from gunicorn.workers import gthread  # noqa: E402

# Each with one thread: Keystone keeps the token of a request where another thread would overwrite it.
WORKERS = 2
# For so long its thread waits for the first word of whoever connects, five seconds otherwise: clients open connections before
# they know whether they need them, and nobody else is served then.
gthread.DEFAULT_WORKER_DATA_TIMEOUT = 0.02
PREFIX = "orchest-keystone-"


def copy(pristine, data, url):
    shutil.copytree(pristine, data, dirs_exist_ok=True)
    # The catalog names the server's own address.
    with sqlite3.connect(os.path.join(data, "keystone.db")) as database:
        database.execute("UPDATE endpoint SET url = ?", (url + "/v3",))
    database.close()


def warm(pristine, password):
    """Keystone as it is after its first requests, for copies of this process: its files are those of the folder it is in."""
    data = serving.fresh_folder(PREFIX)
    before = os.getcwd()
    try:
        copy(pristine, data, "http://127.0.0.1:5000")
        os.chdir(data)
        os.environ["OS_KEYSTONE_CONFIG_FILES"] = os.path.join(data, "keystone.conf")
        # Nothing but loopback is talked to.
        for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
            del os.environ[name]
        with serving.quiet(os.path.join(data, "out")):
            import keystone_wsgi

            keystone_wsgi.warm_up(password)
    finally:
        os.chdir(before)
        shutil.rmtree(data, ignore_errors=True)
    # What is there by now stays, in all copies: nobody has to look whether it is still needed.
    gc.freeze()
    return keystone_wsgi.application


class Served(BaseApplication):
    """Keystone behind this socket, with the data of the folder in which the process is."""

    def __init__(self, keystone, listener):
        self.keystone = keystone
        self.listener = listener
        super().__init__()

    def load_config(self):
        # Plain sync workers would answer `Connection: close`; the usual time-out of 30 s would cut the deletion of a large
        # domain; the control socket would be one for all servers of this user.
        here = os.getcwd()
        settings = dict(bind=f"fd://{self.listener.fileno()}", chdir=here, worker_tmp_dir=here, loglevel="warning")
        settings |= dict(worker_class="gthread", workers=WORKERS, threads=1, keepalive=30, timeout=300)
        settings |= dict(control_socket_disable=True)
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self):
        return self.keystone


def one(keystone, pristine, port=0, folder=None):
    """Serves a copy until standard input closes."""
    listener = serving.listen(port)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    data = folder or serving.fresh_folder(PREFIX)

    def launch():
        copy(pristine, data, url)
        # Asked to end, the master stops its workers.
        server = serving.fork(lambda: Served(keystone, listener).run(), data, death=signal.SIGTERM)
        listener.close()
        return server

    # Nobody keeps the data, so there is nothing to close; asked to end, it would wait three seconds for connections.
    serving.serve("Keystone", data, launch, lambda: serving.answers(url + "/v3"), [url, data], patience=0)


def many(keystone, pristine):
    """Serves a copy to everybody who connects, until standard input closes."""
    # Nobody asks how they ended.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    folder = serving.fresh_folder(PREFIX)
    path = os.path.join(folder, "socket")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(128)
        print("ready", path, flush=True)
        while listener in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                listener.close()
                for descriptor in (0, 1):
                    os.dup2(connection.fileno(), descriptor)
                connection.close()
                return one(keystone, pristine)
            connection.close()
    shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prepared", required=True, help="the folder that keystone.sh made")
    parser.add_argument("--data", help="where the copy goes (default: a new folder in memory or the temporary one)")
    parser.add_argument("--port", type=int, default=0, help="the port (default: a free one)")
    parser.add_argument("--password", default="orchest-test-admin", help="the one keystone.sh gave to admin")
    parser.add_argument("--many", action="store_true", help="a copy for everybody who connects")
    options = parser.parse_args()
    pristine = os.path.abspath(os.path.join(options.prepared, "pristine"))
    if not os.path.exists(os.path.join(options.prepared, "stamp")):
        serving.fail(f"{options.prepared} is not prepared; run tests/servers/keystone.sh")
    keystone = warm(pristine, options.password)
    if options.many:
        many(keystone, pristine)
    else:
        one(keystone, pristine, options.port, options.data)


main()
