// SPDX-License-Identifier: Apache-2.0
//
// Makes fsync and fdatasync fail with EIO for the files whose path ends as the file GATEPOST_LAB_FAULT says, for as
// long as that file is there. Preloaded into the daemon by contract_damage.py.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is_to_fail(int descriptor) {
    const char *order = getenv("GATEPOST_LAB_FAULT");
    if (!order) return 0;
    int file = open(order, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char suffix[256], link[64], path[4096];
    ssize_t length = read(file, suffix, sizeof suffix - 1);
    close(file);
    if (length <= 0) return 0;
    suffix[length] = 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t count = readlink(link, path, sizeof path - 1);
    if (count < length) return 0;
    path[count] = 0;
    return strcmp(path + count - length, suffix) == 0;
}

int fsync(int descriptor) {
    if (is_to_fail(descriptor)) { errno = EIO; return -1; }
    return (int)syscall(SYS_fsync, descriptor);
}

int fdatasync(int descriptor) {
    if (is_to_fail(descriptor)) { errno = EIO; return -1; }
    return (int)syscall(SYS_fdatasync, descriptor);
}
