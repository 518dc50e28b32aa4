// SPDX-License-Identifier: Apache-2.0
#ifndef GATEPOST_CPROXIES_H
#define GATEPOST_CPROXIES_H

/// The proxy that the environment of these tests names; nobody answers there.
const char *gatepost_proxy_of_the_environment(void);
#endif
