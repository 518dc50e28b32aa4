// SPDX-License-Identifier: Apache-2.0
#ifndef GATEPOST_CCURL_H
#define GATEPOST_CCURL_H
#include <curl/curl.h>
#endif
