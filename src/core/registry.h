// SPDX-License-Identifier: Apache-2.0
// Registries: sets of constants of one type, such as all ops. Each constant is defined in the file
// of what it describes, and no other file lists it: the linker puts the constants of a registry
// side by side into one section. No code runs at startup.
//
//   #define TFWASM_OP TFWASM_REGISTER(ops) constexpr OpDef
//   TFWASM_OP kSquareOp{.name = "Square", ...};
//
// The linker also defines symbols for the bounds of the section, if it holds anything:
//
//   extern const OpDef first_op[] __asm__("__start_tfwasm_ops");
//   extern const OpDef ops_end[] __asm__("__stop_tfwasm_ops");
#pragma once

// "used" keeps the compiler from dropping a constant that nothing references. AddressSanitizer adds
// no redzones to sections whose names are C identifiers.
#define TFWASM_REGISTER(registry) [[gnu::used, gnu::section("tfwasm_" #registry)]]

// For constants that only training needs, such as gradient rules. The inference link drops them and
// all code that only they reference. The definition must not be in an unnamed namespace: the other
// link references it by name (tools/build/list-training.mjs). Without the registry its bounds are
// undefined: declare them [[gnu::weak]] in code that both links have.
#define TFWASM_REGISTER_FOR_TRAINING(registry) [[gnu::section("tfwasm_training_" #registry)]] extern
