#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes Sources/CShipped/shipped.c: every data file of config, embedded. Run it when a file comes or goes."""

from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "Sources/CShipped/shipped.c"
FOLDERS = {"policies/holidays": ".toml", "policies/places": ".csv", "policies/presets": ".toml", "providers": ".toml"}

paths = sorted(
    f"{folder}/{file.name}" for folder, end in FOLDERS.items() for file in (HERE / folder).iterdir()
    if file.suffix == end and not file.name.startswith("."))
# By folder and name, as `presets/us-fl.toml`.
names = ["/".join(path.split("/")[-2:]) for path in paths]

text = """// SPDX-License-Identifier: Apache-2.0
//
// Made by config/embed.py; do not edit. A test compares it with the directory.
#include "CShipped.h"

// C23's #embed, which this compiler knows in every dialect.
#pragma clang diagnostic ignored "-Wc23-extensions"

"""
for number, path in enumerate(paths):
    text += f"static const unsigned char file_{number}[] = {{\n#embed \"../../config/{path}\"\n}};\n"
text += """
static const struct {
    const char *name;
    const unsigned char *bytes;
    size_t size;
} files[] = {
"""
for number, name in enumerate(names):
    text += f"    {{\"{name}\", file_{number}, sizeof file_{number}}},\n"
text += """};

size_t shipped_count(void) { return sizeof files / sizeof files[0]; }
const char *shipped_name(size_t index) { return files[index].name; }
const unsigned char *shipped_bytes(size_t index, size_t *size) {
    *size = files[index].size;
    return files[index].bytes;
}
"""
OUT.write_text(text, encoding="utf-8")
print(f"{len(names)} files")
