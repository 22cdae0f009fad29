// SPDX-License-Identifier: Apache-2.0
// Comparisons with broadcasting. With NaN, only NotEqual is true.
#include "ops/elementwise/elementwise.h"

namespace tfwasm {

namespace {

constexpr OpDef kEqualOp =
    BinaryOp<[](float a, float b) { return a == b; }, [](int32_t a, int32_t b) { return a == b; },
             [](uint8_t a, uint8_t b) { return (a != 0) == (b != 0); },
             [](Complex64 a, Complex64 b) { return a == b; },
             [](const std::string& a, const std::string& b) { return a == b; }>("Equal");
const OpRegistration kEqual(kEqualOp);

constexpr OpDef kNotEqualOp =
    BinaryOp<[](float a, float b) { return a != b; }, [](int32_t a, int32_t b) { return a != b; },
             [](uint8_t a, uint8_t b) { return (a != 0) != (b != 0); },
             [](Complex64 a, Complex64 b) { return a != b; },
             [](const std::string& a, const std::string& b) { return a != b; }>("NotEqual");
const OpRegistration kNotEqual(kNotEqualOp);

// TensorFlow has no order of bool; TensorFlow.js has.
constexpr OpDef kLessOp =
    BinaryOp<[](float a, float b) { return a < b; }, [](int32_t a, int32_t b) { return a < b; },
             [](uint8_t a, uint8_t b) { return a == 0 && b != 0; }>("Less");
const OpRegistration kLess(kLessOp);

constexpr OpDef kLessEqualOp =
    BinaryOp<[](float a, float b) { return a <= b; }, [](int32_t a, int32_t b) { return a <= b; },
             [](uint8_t a, uint8_t b) { return a == 0 || b != 0; }>("LessEqual");
const OpRegistration kLessEqual(kLessEqualOp);

constexpr OpDef kGreaterOp =
    BinaryOp<[](float a, float b) { return a > b; }, [](int32_t a, int32_t b) { return a > b; },
             [](uint8_t a, uint8_t b) { return a != 0 && b == 0; }>("Greater");
const OpRegistration kGreater(kGreaterOp);

constexpr OpDef kGreaterEqualOp =
    BinaryOp<[](float a, float b) { return a >= b; }, [](int32_t a, int32_t b) { return a >= b; },
             [](uint8_t a, uint8_t b) { return a != 0 || b == 0; }>("GreaterEqual");
const OpRegistration kGreaterEqual(kGreaterEqualOp);

}  // namespace

}  // namespace tfwasm
