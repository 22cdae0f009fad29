// SPDX-License-Identifier: Apache-2.0
// Included before XNNPACK's GEMM microkernels. Upstream's clamps replace NaN by a bound, unless
// they happen to run as an instruction that keeps it, and upstream's two-column kernels leave out
// products with a weight of 0, which hides 0 * infinity. These macros replace the operations that
// do so. They compile to as many instructions.
#pragma once

#ifdef __wasm_simd128__

#include <stddef.h>
#include <wasm_simd128.h>

// Clamps: wasm_f32x4_pmax(a, b) is a < b ? b : a, so NaN as the first operand stays.
#define wasm_f32x4_pmax(bound, x) wasm_f32x4_pmax(x, bound)
#define wasm_f32x4_pmin(bound, x) wasm_f32x4_pmin(x, bound)
#define wasm_f32x4_relaxed_max(bound, x) wasm_f32x4_pmax(bound, x)
#define wasm_f32x4_relaxed_min(bound, x) wasm_f32x4_pmin(bound, x)
// Relu: compares integers, so NaN with a sign, such as x86's 0 * infinity, counts as negative.
#define wasm_i32x4_max(x, zero) wasm_f32x4_pmax(zero, x)

// In two-column kernels, weights that equal 0 stand for inputs beyond the end of a row. This finds
// these inputs by `k`, the kernel's variable for the remaining bytes of the row.
#define wasm_f32x4_eq(weights, zero) tfwasm_f32x4_from(k)

static inline v128_t tfwasm_f32x4_from(size_t bytes) {
  return wasm_i32x4_ge(wasm_i32x4_const(0, 4, 8, 12), wasm_i32x4_splat((int32_t)bytes));
}

#else

#ifndef __EMSCRIPTEN__
#include "host-include/portable.h"
#endif
#include "xnnpack/math.h"

static inline float tfwasm_raise(float x, float bound) { return x < bound ? bound : x; }
static inline float tfwasm_lower(float x, float bound) { return x > bound ? bound : x; }
#define math_max_f32(x, bound) tfwasm_raise(x, bound)
#define math_min_f32(x, bound) tfwasm_lower(x, bound)

#endif
