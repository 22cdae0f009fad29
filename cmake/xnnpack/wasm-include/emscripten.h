// SPDX-License-Identifier: Apache-2.0
// Replaces XNNPACK's only use of JavaScript. Its SIMD build treats an x86 processor with more than
// four cores as one with AVX, and selects microkernels by that. AVX is older than this library, so
// the answer is always "many". Without the import, variants with and without relaxed SIMD can share
// their glue.
#pragma once

#include_next <emscripten.h>
#include <limits.h>

#undef EM_JS
#define EM_JS(result, name, parameters, ...) \
  static result name parameters { return INT_MAX; }
