// SPDX-License-Identifier: Apache-2.0
// Registries: sets of constants of one type, such as all ops. Each constant is defined in the file
// that it describes, and is not listed anywhere else: the linker places a registry's constants next
// to each other in one section. No code runs at startup.
//
//   #define TFWASM_OP TFWASM_REGISTER(ops) constexpr OpDef
//   TFWASM_OP kSquareOp{.name = "Square", ...};
//
// If the section is not empty, the linker defines symbols for its bounds:
//
//   extern const OpDef first_op[] __asm__("__start_tfwasm_ops");
//   extern const OpDef ops_end[] __asm__("__stop_tfwasm_ops");
#pragma once

// "used" keeps constants that are not referenced. AddressSanitizer adds no redzones in sections
// whose names are C identifiers.
#define TFWASM_REGISTER(registry) [[gnu::used, gnu::section("tfwasm_" #registry)]]

// For constants needed only for training, such as gradient rules. The inference link drops them and
// all code that only they reference. Do not define them in an unnamed namespace: the other link
// references them by name (tools/build/list-training.mjs). In the inference link the bounds are
// undefined, so code in both links must declare them [[gnu::weak]].
#define TFWASM_REGISTER_FOR_TRAINING(registry) [[gnu::section("tfwasm_training_" #registry)]] extern
