#!/usr/bin/env python3
"""Time `citadel check --summary` against kubeconform over one file of objects, in one run.

usage: check.py --citadel BINARY OBJECTS.yaml [--kubeconform BINARY --schemas FOLDER] [--runs N]

FOLDER: the strict JSON schemas of one Kubernetes version from the PyPI package `kubernetes-validate`, such as
`kubernetes_validate/kubernetes-json-schema/v1.37.0-local-strict`. kubeconform does not find the definitions that these
refer to: each schema is written to a temporary folder together with those that it needs.

Each command is run N times in turn (default 5); the quickest run counts. Printed: wall clock, processor time, peak
memory, objects per second.
"""
import argparse, json, os, pathlib, re, subprocess, tempfile, time


def definitions_of(value, names):
    """Points references into the schema itself, and collects their names."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref" and isinstance(inner, str):
                names.append(inner.rsplit("/", 1)[1])
                value[key] = "#/$defs/" + names[-1]
            else:
                definitions_of(inner, names)
    elif isinstance(value, list):
        for inner in value:
            definitions_of(inner, names)


def lay_out(source, target):
    known = json.loads((source / "_definitions.json").read_text())["$defs"]
    for path in source.glob("*.json"):
        if path.name in ("_definitions.json", "all.json"):
            continue
        schema, names, needed = json.loads(path.read_text()), [], {}
        definitions_of(schema, names)
        while names:
            name = names.pop()
            if name not in needed:
                needed[name] = json.loads(json.dumps(known[name]))
                definitions_of(needed[name], names)
        schema["$defs"] = needed
        (target / path.name).write_text(json.dumps(schema))


def run(command):
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    output = process.stdout.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{command[0]} failed")
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, output.strip().splitlines()[-1]


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--citadel", required=True)
    ask.add_argument("--kubeconform")
    ask.add_argument("--schemas", type=pathlib.Path)
    ask.add_argument("--runs", type=int, default=5)
    ask.add_argument("objects")
    given = ask.parse_args()
    with open(given.objects, "rb") as file:
        count = len(re.findall(rb"^kind:", file.read(), re.M))
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "citadel, all families": [given.citadel, "check", "--summary", given.objects],
            "citadel, schemas": [given.citadel, "check", "--summary", "--only", "schema", given.objects],
        }
        if given.kubeconform:
            lay_out(given.schemas, pathlib.Path(folder))
            place = folder + "/{{.ResourceKind}}{{.KindSuffix}}.json"
            commands["kubeconform, schemas"] = [given.kubeconform, "-strict", "-summary", "-n", str(os.cpu_count()),
                                                "-schema-location", place, given.objects]
        best = {}
        for _ in range(given.runs):
            for name, command in commands.items():
                best[name] = min(best.get(name, (float("inf"),)), run(command))
    for name, (wall, processor, memory, said) in best.items():
        print(f"{name}: {wall:.2f} s, {processor:.2f} s of processor time, {memory // 1024} MB, {count / wall:,.0f} objects/s")
        print(f"    {said}")
    if given.kubeconform:
        slow, quick = best["kubeconform, schemas"], best["citadel, all families"]
        print(f"citadel with all families is {slow[0] / quick[0]:.1f} times as quick, {slow[1] / quick[1]:.1f} times by processor time")


main()
