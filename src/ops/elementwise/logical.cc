// SPDX-License-Identifier: Apache-2.0
// Logical operations on bool tensors, with broadcasting.
#include "ops/elementwise/elementwise.h"

namespace tfwasm {

namespace {

// On bytes: non-zero is true. Results are 0 or 1.
constexpr auto kTruth = [](uint8_t a) { return static_cast<uint8_t>(a != 0 ? 1 : 0); };

constexpr OpDef kLogicalNotOp =
    UnaryOp<[](uint8_t a) { return static_cast<uint8_t>(a == 0 ? 1 : 0); }>("LogicalNot");
const OpRegistration kLogicalNot(kLogicalNotOp);

constexpr OpDef kLogicalAndOp =
    BinaryOp<[](uint8_t a, uint8_t b) { return static_cast<uint8_t>(kTruth(a) & kTruth(b)); }>(
        "LogicalAnd");
const OpRegistration kLogicalAnd(kLogicalAndOp);

constexpr OpDef kLogicalOrOp =
    BinaryOp<[](uint8_t a, uint8_t b) { return static_cast<uint8_t>(kTruth(a) | kTruth(b)); }>(
        "LogicalOr");
const OpRegistration kLogicalOr(kLogicalOrOp);

constexpr OpDef kLogicalXorOp =
    BinaryOp<[](uint8_t a, uint8_t b) { return static_cast<uint8_t>(kTruth(a) ^ kTruth(b)); }>(
        "LogicalXor");
const OpRegistration kLogicalXor(kLogicalXorOp);

}  // namespace

}  // namespace tfwasm
