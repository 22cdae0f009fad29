#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps the models that web pages save with model.save('http://.../models/NAME').

    apt-get install python3-flask
    python3 flask_server.py --folder models --port 5000 --allow-origin https://app.example

POST /models/NAME             saves: a form with the files model.json and model.weights.bin
GET  /models/NAME/model.json  loads; the weights lie beside it

It lets everybody save, so put it behind something that asks who they are.
"""

import argparse
import json
import os
import re
import shutil
import tempfile

from flask import Flask, abort, request, send_from_directory
from werkzeug.serving import make_server

MODEL_FILE = "model.json"
WEIGHTS_FILE = "model.weights.bin"


def create_app(folder, allow_origin=None, max_bytes=2 << 30):
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = max_bytes
    folder = os.path.abspath(folder)
    os.makedirs(folder, exist_ok=True)

    def model_folder(name):
        # Names become folder names: no leading dot, no slash.
        if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}", name):
            abort(400, "this is not a name for a model")
        return os.path.join(folder, name)

    @app.post("/models/<name>")
    def save(name):
        target = model_folder(name)
        if MODEL_FILE not in request.files:
            abort(400, f"the form has no file {MODEL_FILE}")
        # Received in a temporary folder, so that saves are atomic.
        received = tempfile.mkdtemp(prefix=".receiving-", dir=folder)
        try:
            for part in (MODEL_FILE, WEIGHTS_FILE):
                if part in request.files:
                    request.files[part].save(os.path.join(received, part))
            check_model(received)
            os.chmod(received, 0o755)
            replace_folder(received, target)
        finally:
            shutil.rmtree(received, ignore_errors=True)
        return {"saved": name}

    @app.get("/models/<name>/<path:file>")
    def load(name, file):
        # Supports Range, If-Range and ETag, so that interrupted downloads can be resumed.
        return send_from_directory(model_folder(name), file)

    @app.after_request
    def allow(response):
        if allow_origin:
            response.headers["Access-Control-Allow-Origin"] = allow_origin
            response.headers["Access-Control-Expose-Headers"] = "ETag, Content-Range"
        return response

    return app


def check_model(folder):
    """Refuses what is not a model, before it replaces one."""
    try:
        with open(os.path.join(folder, MODEL_FILE), encoding="utf-8") as file:
            model = json.load(file)
        paths = [path for group in model["weightsManifest"] for path in group["paths"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        abort(400, f"{MODEL_FILE} is not that of a model: {error!r}")
    if any(path != f"./{WEIGHTS_FILE}" for path in paths):
        abort(400, f"the weights have to be in {WEIGHTS_FILE}")
    if paths and not os.path.exists(os.path.join(folder, WEIGHTS_FILE)):
        abort(400, f"the form has no file {WEIGHTS_FILE}")


def replace_folder(source, target):
    old = None
    if os.path.exists(target):
        old = tempfile.mkdtemp(prefix=".old-", dir=os.path.dirname(target))
        os.rename(target, os.path.join(old, "model"))
    os.rename(source, target)
    if old:
        shutil.rmtree(old, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description="Keeps the models that web pages save.")
    parser.add_argument("--folder", default="models", help="where to keep them")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5000, help="0 takes any free port")
    parser.add_argument("--allow-origin", help="the origin of the pages, if it is another one; * for all")
    arguments = parser.parse_args()
    app = create_app(arguments.folder, arguments.allow_origin)
    server = make_server(arguments.host, arguments.port, app, threaded=True)
    print(f"http://{arguments.host}:{server.server_port}/models/", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
