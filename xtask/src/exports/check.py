"""Reads every exported file with a parser that is not ours.

check.py FOLDER SCHEMA: Bicep by pycep, Terraform by python-hcl2 and the argument names of azurerm,
ARM templates and relay configurations by json, scripts by bash, shellcheck, and a run against an
`az` that only remembers. Ends with a line `N passed, N failed`; exit code 1 if something failed.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import hcl2
from pycep import BicepParser

# Arguments that every block of Terraform may have.
META = {"provider", "depends_on", "lifecycle", "count", "for_each"}
# Blocks of azapi: argument names as of azapi 2.
AZAPI = {
    "azapi_resource": {"type", "name", "parent_id", "location", "body", "tags", "response_export_values"},
    "data.azapi_resource": {"type", "resource_id", "response_export_values"},
}
SECRET = 'p"a\\s$`s'

FAKE_AZ = r"""#!/usr/bin/env python3
import os, sys
words = sys.argv[1:]
if "@-" in words:
    with open(os.environ["REMEMBER"], "a") as out:
        out.write(sys.stdin.read() + "\0")
elif "get" in words or "show" in words:
    print("192.0.2.1" if any("privateIPAddress" in word for word in words) else "Succeeded")
"""


def bare(name):
    return name.strip('"')


def body_problems(where, body, schema):
    """Arguments and blocks that a resource does not have."""
    known = set(schema["attributes"]) | META
    blocks = schema.get("blocks", {})
    for name, value in body.items():
        if name.startswith("__"):
            continue
        if name in blocks:
            inner = value if isinstance(value, list) else [value]
            for one in inner:
                yield from body_problems(f"{where}.{name}", one, blocks[name])
        elif name not in known:
            yield f"{where} has no argument {name}"


def terraform(path, schema):
    parsed = hcl2.loads(path.read_text())
    seen = set()
    for kind in ("resource", "data"):
        for entry in parsed.get(kind, []):
            for raw_type, named in entry.items():
                if raw_type.startswith("__"):
                    continue
                for raw_name, body in named.items():
                    if raw_name.startswith("__"):
                        continue
                    of = ("data." if kind == "data" else "") + bare(raw_type)
                    where = f"{of}.{bare(raw_name)}"
                    if where in seen:
                        yield f"{where} is there twice"
                    seen.add(where)
                    if of in AZAPI:
                        unknown = {name for name in body if not name.startswith("__")} - AZAPI[of] - META
                        yield from (f"{where} has no argument {name}" for name in unknown)
                    elif of in schema:
                        yield from body_problems(where, body, schema[of])
                    else:
                        yield f"{of} is not in the schema"


def script(path):
    subprocess.run(["bash", "-n", path], check=True)
    shellcheck = pathlib.Path(sys.executable).with_name("shellcheck")
    found = subprocess.run([shellcheck, path], capture_output=True, text=True)
    if found.returncode:
        yield found.stdout
    with tempfile.TemporaryDirectory() as folder:
        az = pathlib.Path(folder, "az")
        az.write_text(FAKE_AZ)
        az.chmod(0o755)
        remembered = pathlib.Path(folder, "bodies")
        environment = dict(os.environ, PATH=f"{folder}:{os.environ['PATH']}", REMEMBER=str(remembered), POLL_SECONDS="0")
        # Secrets come from the environment, whatever is in them.
        names = [line.split("{")[1].split(":?")[0] for line in path.read_text().splitlines() if line.startswith(': "${')]
        environment.update({name: SECRET for name in names})
        ran = subprocess.run(["bash", path], env=environment, capture_output=True, text=True, timeout=120)
        if ran.returncode:
            yield f"ended with {ran.returncode}: {ran.stderr[-500:]}"
        bodies = remembered.read_text().split("\0")[:-1] if remembered.exists() else []
        text = path.read_text()
        if len(bodies) != text.count("\nput "):
            yield f"{len(bodies)} bodies were sent, not {text.count(chr(10) + 'put ')}"
        parsed = [json.loads(body) for body in bodies]
        if names and SECRET not in json.dumps(parsed).replace(json.dumps(SECRET)[1:-1], SECRET):
            yield "a secret did not arrive as it was"


def problems(path, schema):
    if path.suffix == ".bicep":
        if not BicepParser().parse(text=path.read_text()):
            yield "nothing was parsed"
    elif path.suffix == ".tf":
        yield from terraform(path, schema)
    elif path.suffix == ".json":
        json.loads(path.read_text())
    elif path.suffix == ".sh":
        yield from script(path)


def main(folder, schema):
    schema = json.loads(pathlib.Path(schema).read_text())["resources"]
    passed, failed = 0, 0
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if path.suffix not in {".bicep", ".tf", ".json", ".sh"}:
            continue
        try:
            found = list(problems(path, schema))
        except Exception as error:  # Whatever a parser throws is what it found.
            found = [f"{type(error).__name__}: {error}"]
        if found:
            failed += 1
            for one in found:
                print(f"failed: {path}: {one}", file=sys.stderr)
        else:
            passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main(*sys.argv[1:]))
