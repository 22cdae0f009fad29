// SPDX-License-Identifier: Apache-2.0
// Two WebAssembly microkernels include <arm_neon.h> where they mean this.
#pragma once
#include <wasm_simd128.h>
