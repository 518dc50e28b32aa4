#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes Sources/CShipped/shipped.c: every data file of this directory, embedded. Run it when a file comes or goes."""

from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parent.parent / "Sources/CShipped/shipped.c"
FOLDERS = {"holidays": ".toml", "places": ".csv", "presets": ".toml"}

names = sorted(
    f"{folder}/{file.name}" for folder, end in FOLDERS.items() for file in (HERE / folder).iterdir()
    if file.suffix == end and not file.name.startswith("."))

text = """// SPDX-License-Identifier: Apache-2.0
//
// Made by config/policies/embed.py; do not edit. A test compares it with the directory.
#include "CShipped.h"

// C23's #embed, which this compiler knows in every dialect.
#pragma clang diagnostic ignored "-Wc23-extensions"

"""
for number, name in enumerate(names):
    text += f"static const unsigned char file_{number}[] = {{\n#embed \"../../config/policies/{name}\"\n}};\n"
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
