#!/usr/bin/env python3
"""Lists the sites at which Kubernetes' own validation refuses a value.

usage: list.py FOLDER > sites.txt

FOLDER holds the Go module k8s.io/kubernetes (`go mod download -json k8s.io/kubernetes@v1.37.1` says where). Of each
file in pkg/apis/**/validation (tests and generated files left out) every call of `field.Invalid` and its like is
counted by the function that it stands in. A line of the output: package, function, then kinds of errors with counts.
"""
import collections
import pathlib
import re
import sys

KINDS = "Invalid|Required|Forbidden|NotSupported|Duplicate|TooMany|TooLong|TooLongMaxLength|NotFound|TypeInvalid"
SITE = re.compile(r"\bfield\.(" + KINDS + r")\(")
FUNCTION = re.compile(r"^func (?:\([^)]*\) )?([A-Za-z_0-9]+)[\[(]|^var ([A-Za-z_0-9]+) = func", re.M)


def main():
    root = pathlib.Path(sys.argv[1])
    sites = collections.defaultdict(collections.Counter)
    for path in sorted(root.glob("pkg/apis/**/validation/*.go")):
        if path.name.endswith("_test.go") or path.name.startswith("zz_generated"):
            continue
        package = str(path.parent.relative_to(root / "pkg/apis"))
        text = re.sub(r"//[^\n]*", "", path.read_text())
        begins = [(found.start(), found[1] or found[2]) for found in FUNCTION.finditer(text)]
        for found in SITE.finditer(text):
            names = [name for start, name in begins if start < found.start()]
            sites[package, names[-1] if names else "-"][found[1]] += 1
    total = sum(sum(kinds.values()) for kinds in sites.values())
    print(f"# {total} sites in {len(sites)} functions; made by list.py, not by hand")
    for (package, function), kinds in sorted(sites.items()):
        print(package, function, *(f"{kind}={count}" for kind, count in sorted(kinds.items())))


main()
