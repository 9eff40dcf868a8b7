"""Asks a real Keystone everything in a transcript again, and prints the transcript with the new answers.

    keystone_serve.py … --password orchest-test-admin     # prints the URL
    keystone_record.py URL < src/sandbox/keystone/transcript.jsonl > new.jsonl

A line is one exchange. `ask` has the method, the target, perhaps a body (`raw` if it is no JSON), the names of the
tokens of caller and subject, and under `save` what of the answer later lines refer to as `{name}`: `token` is the
header, anything else the path of a value in the body.
"""

import http.client
import json
import re
import sys
import urllib.parse

HEADERS = ("allow", "location", "www-authenticate", "content-type")
names = {}


def filled(value):
    text = json.dumps(value)
    for name, replacement in names.items():
        text = text.replace("{%s}" % name, replacement)
    return json.loads(text)


def ask_server(server, ask):
    headers = {}
    for field, header in (("token", "X-Auth-Token"), ("subject", "X-Subject-Token")):
        if field in ask:
            headers[header] = names.get(ask[field], ask[field])
    body = ask.get("raw")
    if "body" in ask:
        body = json.dumps(filled(ask["body"]))
    if body is not None:
        headers["Content-Type"] = ask.get("type", "application/json")
    connection = http.client.HTTPConnection(server, timeout=60)
    connection.request(ask["method"], filled(ask["target"]), body, headers)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, text


def saved(path, headers, body):
    if path == "token":
        return headers.get("x-subject-token", "none")
    for step in path.split("."):
        body = body[int(step)] if isinstance(body, list) else body.get(step, {})
    return body or "none"


def main():
    server = urllib.parse.urlsplit(sys.argv[1]).netloc
    for line in sys.stdin:
        ask = json.loads(line)["ask"]
        status, headers, text = ask_server(server, ask)
        answer = {"status": status, "headers": {name: headers[name] for name in HEADERS if name in headers}}
        try:
            answer["body"] = json.loads(text)
        except ValueError:
            answer["text"] = text
        for name, path in ask.get("save", {}).items():
            names[name] = saved(path, headers, answer.get("body", {}))
        # Without the schemas that Keystone prints into some messages.
        text = re.sub(r"\\n\\nFailed validating.*?(?=\", \"title\")", "", json.dumps(answer, ensure_ascii=False))
        text = text.replace("http://" + server, "<url>")
        for name, value in names.items():
            if len(value) >= 32:
                text = text.replace(value, "{%s}" % name)
        print(json.dumps({"ask": ask, "answer": json.loads(text)}, ensure_ascii=False, separators=(",", ":")))


main()
