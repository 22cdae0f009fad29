// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "core/registry.h"

// Defines a function that returns the constants of TFWASM_REGISTER_FOR_TRAINING. The inference link
// has none, and the bounds of the section are undefined. Not in an unnamed namespace.
#define TFWASM_TRAINING_REGISTRY(registry, Def, All)                                               \
  [[gnu::weak]] extern const Def registry##_begin[] __asm__("__start_tfwasm_training_" #registry); \
  [[gnu::weak]] extern const Def registry##_end[] __asm__("__stop_tfwasm_training_" #registry);    \
  static std::span<const Def> All() { return {registry##_begin, registry##_end}; }
