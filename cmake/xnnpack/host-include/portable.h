// SPDX-License-Identifier: Apache-2.0
// Included before every file of a native XNNPACK. XNNPACK takes the processor from the compiler's
// macros, and for x86 and ARM it needs cpuinfo. It is made to see a Hexagon without vector unit,
// the one processor for which it chooses its portable microkernels and nothing else.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma push_macro("__x86_64__")
#pragma push_macro("__x86_64")
#pragma push_macro("__aarch64__")
#undef __x86_64__
#undef __x86_64
#undef __aarch64__
#define __hexagon__ 1
#include "xnnpack/common.h"
#undef __hexagon__
#pragma pop_macro("__aarch64__")
#pragma pop_macro("__x86_64")
#pragma pop_macro("__x86_64__")
