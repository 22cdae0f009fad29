// SPDX-License-Identifier: Apache-2.0
// XNNPACK's one piece of JavaScript: its SIMD build takes an x86 processor with more than four
// cores for one with AVX and chooses microkernels by that. AVX is older than this library, so the
// answer is always "many"; and without the import, the variants with and without relaxed SIMD can
// share their JavaScript.
#pragma once

#include_next <emscripten.h>
#include <limits.h>

#undef EM_JS
#define EM_JS(result, name, parameters, ...) \
  static result name parameters { return INT_MAX; }
