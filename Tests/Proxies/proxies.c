// SPDX-License-Identifier: Apache-2.0
//
// Tests run with proxies in the environment that nobody answers at: they must not be used. Set before there is a second
// thread: changing the environment while another thread copies it is a crash.

#include "CProxies.h"
#include <stdlib.h>

static const char proxy[] = "http://127.0.0.1:1";

__attribute__((constructor)) static void set(void) {
    static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) setenv(names[i], proxy, 1);
}

const char *gatepost_proxy_of_the_environment(void) { return proxy; }
