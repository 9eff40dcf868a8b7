"""Keystone as a WSGI application, and its first requests.

Keystone parses sys.argv when it is imported, and ends the process over those of others; so they are hidden.
"""

import json
import sys

import sqlalchemy
from oslo_db.sqlalchemy import engines
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import SingletonThreadPool

sys.argv = sys.argv[:1]

# Of the time of a request a third went into opening the database forty times and giving way to others as often. Servers
# with a database of their own keep their connections; for SQLite oslo.db does not, so each worker gets one that stays.
engines._thread_yield = lambda *arguments: None
open_engine = sqlalchemy.create_engine
sqlalchemy.create_engine = lambda url, **options: open_engine(url, **{**options, "poolclass": SingletonThreadPool})

from keystone.common.sql import core  # noqa: E402
from keystone.wsgi.api import application  # noqa: E402


@event.listens_for(Engine, "before_cursor_execute", retval=True)
def begin_as_a_writer(connection, cursor, statement, parameters, context, executemany):
    """Lets transactions wait for each other.

    Keystone reads before it writes. Two workers that do so at once both hold the lock for reading, neither can get the
    one for writing, and SQLite tells one of them at once that the database is locked: a 500 now and then, even for a
    login. Servers with a database of their own never answer so.
    """
    return ("BEGIN IMMEDIATE" if statement == "BEGIN" else statement), parameters


def call(method, path, body=None, token=None):
    """One request, inside the process."""
    from webob import Request

    request = Request.blank(path, method=method, base_url="http://127.0.0.1")
    if body is not None:
        request.content_type = "application/json"
        request.body = json.dumps(body).encode()
    if token is not None:
        request.headers["X-Auth-Token"] = token
    response = request.get_response(application)
    if response.status_int >= 400:
        raise RuntimeError(f"{method} {path}: {response.status} {response.text}")
    return response


def warm_up(password):
    """The first request of each kind is slow (imports, policies, caches), and tests measure."""
    user = {"name": "admin", "domain": {"id": "default"}, "password": password}
    scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
    login = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}
    token = call("POST", "/v3/auth/tokens", login).headers["X-Subject-Token"]
    for path in ["domains", "projects", "users", "groups", "roles", "role_assignments?include_names"]:
        call("GET", f"/v3/{path}", token=token)
    # Whoever goes on from here has another database.
    core._get_main_context_manager().writer.get_engine().dispose()
