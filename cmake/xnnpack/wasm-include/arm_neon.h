// SPDX-License-Identifier: Apache-2.0
// Two WebAssembly microkernels include <arm_neon.h> by mistake for <wasm_simd128.h>.
#pragma once
#include <wasm_simd128.h>
