"""Serves a fresh copy of the Keystone that keystone.sh prepared, until its standard input closes.

Prints one line, `ready http://127.0.0.1:PORT`, when every worker has answered its first requests. How it ends: serving.py.
"""

import argparse
import glob
import os
import shutil
import signal
import sqlite3
import sys

sys.dont_write_bytecode = True
import serving  # noqa: E402

# Each with one thread: Keystone keeps the token of a request where another thread would overwrite it.
WORKERS = 2
HERE = os.path.dirname(os.path.abspath(__file__))


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
    # Plain sync workers would answer `Connection: close`; the usual time-out of 30 s would cut the deletion of a large
    # domain; the control socket would be one for all servers of this user.
    arguments = ["-k", "gthread", "-w", str(WORKERS), "--threads", "1", "--keep-alive", "30", "--timeout", "300"]
    arguments += ["--no-control-socket", "--worker-tmp-dir", data, "--log-level", "warning"]
    arguments += ["--bind", f"fd://{listener.fileno()}", "--pythonpath", HERE]
    arguments += ["--config", os.path.join(HERE, "keystone_wsgi.py"), "keystone_wsgi:application"]
    return serving.start(
        ["-m", "gunicorn", *arguments],
        data,
        # The master stops its workers.
        death=signal.SIGTERM,
        pass_fds=[listener.fileno()],
        OS_KEYSTONE_CONFIG_FILES=os.path.join(data, "keystone.conf"),
        ORCHEST_KEYSTONE_DATA=data,
        ORCHEST_KEYSTONE_PASSWORD=password,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prepared", required=True, help="the folder that keystone.sh made")
    parser.add_argument("--data", help="where the copy goes (default: a new folder in memory or the temporary one)")
    parser.add_argument("--port", type=int, default=0, help="the port (default: a free one)")
    parser.add_argument("--password", default="orchest-test-admin", help="the one keystone.sh gave to admin")
    options = parser.parse_args()
    pristine = os.path.join(options.prepared, "pristine")
    if not os.path.exists(os.path.join(options.prepared, "stamp")):
        serving.fail(f"{options.prepared} is not prepared; run tests/servers/keystone.sh")
    listener = serving.listen(options.port)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    data = options.data or serving.fresh_folder("orchest-keystone-")

    def launch():
        copy(pristine, data, url)
        server = start(data, options.password, listener)
        listener.close()
        return server

    def is_ready():
        return len(glob.glob(os.path.join(data, "warm-*"))) == WORKERS and serving.answers(url + "/v3")

    # Nobody keeps the data, so there is nothing to close; asked to end, it would wait three seconds for connections.
    serving.serve("Keystone", data, launch, is_ready, [url], patience=0)


main()
