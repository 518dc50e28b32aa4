// SPDX-License-Identifier: Apache-2.0
#ifndef CSHIPPED_H
#define CSHIPPED_H
#include <stddef.h>

/// Number of data files that ship within the binary.
size_t shipped_count(void);
/// Path of a file under `config`, as `presets/us-fl.toml`. Lives as long as the process.
const char *_Nonnull shipped_name(size_t index);
/// Its bytes; `size` is set to their number. Live as long as the process.
const unsigned char *_Nonnull shipped_bytes(size_t index, size_t *_Nonnull size);
#endif
