// SPDX-License-Identifier: Apache-2.0
// Included before every file of a native XNNPACK build. XNNPACK detects the processor by compiler
// macros, and needs cpuinfo on x86 and ARM. These macros pretend to be a Hexagon without a vector
// unit, the only processor for which XNNPACK selects only portable microkernels.
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
