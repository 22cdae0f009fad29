// SPDX-License-Identifier: Apache-2.0
// Logical operations on bool tensors, with broadcasting.
#include "ops/elementwise/elementwise.h"

namespace tfwasm {

namespace {

// On bytes: non-zero is true. Results are 0 or 1.
constexpr auto kTruth = [](uint8_t a) { return static_cast<uint8_t>(a != 0 ? 1 : 0); };

TFWASM_OP kLogicalNotOp =
    UnaryOp<[](uint8_t a) { return static_cast<uint8_t>(a == 0 ? 1 : 0); }>("LogicalNot");

TFWASM_OP kLogicalAndOp =
    BinaryOp<[](uint8_t a, uint8_t b) { return static_cast<uint8_t>(kTruth(a) & kTruth(b)); }>(
        "LogicalAnd");

TFWASM_OP kLogicalOrOp =
    BinaryOp<[](uint8_t a, uint8_t b) { return static_cast<uint8_t>(kTruth(a) | kTruth(b)); }>(
        "LogicalOr");

TFWASM_OP kLogicalXorOp =
    BinaryOp<[](uint8_t a, uint8_t b) { return static_cast<uint8_t>(kTruth(a) ^ kTruth(b)); }>(
        "LogicalXor");

}  // namespace

}  // namespace tfwasm
