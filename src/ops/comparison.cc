// SPDX-License-Identifier: Apache-2.0
// Comparisons of two tensors, with broadcasting. Nothing compares with NaN but NotEqual.
#include "ops/elementwise.h"

namespace tfwasm {

namespace {

const OpRegistration kEqual(
    BinaryOp<[](float a, float b) { return a == b; }, [](int32_t a, int32_t b) { return a == b; },
             [](uint8_t a, uint8_t b) { return (a != 0) == (b != 0); },
             [](Complex64 a, Complex64 b) { return a == b; },
             [](const std::string& a, const std::string& b) { return a == b; }>("Equal"));

const OpRegistration kNotEqual(
    BinaryOp<[](float a, float b) { return a != b; }, [](int32_t a, int32_t b) { return a != b; },
             [](uint8_t a, uint8_t b) { return (a != 0) != (b != 0); },
             [](Complex64 a, Complex64 b) { return a != b; },
             [](const std::string& a, const std::string& b) { return a != b; }>("NotEqual"));

// TensorFlow does not order bool; TensorFlow.js does.
const OpRegistration kLess(
    BinaryOp<[](float a, float b) { return a < b; }, [](int32_t a, int32_t b) { return a < b; },
             [](uint8_t a, uint8_t b) { return a == 0 && b != 0; }>("Less"));

const OpRegistration kLessEqual(
    BinaryOp<[](float a, float b) { return a <= b; }, [](int32_t a, int32_t b) { return a <= b; },
             [](uint8_t a, uint8_t b) { return a == 0 || b != 0; }>("LessEqual"));

const OpRegistration kGreater(
    BinaryOp<[](float a, float b) { return a > b; }, [](int32_t a, int32_t b) { return a > b; },
             [](uint8_t a, uint8_t b) { return a != 0 && b == 0; }>("Greater"));

const OpRegistration kGreaterEqual(
    BinaryOp<[](float a, float b) { return a >= b; }, [](int32_t a, int32_t b) { return a >= b; },
             [](uint8_t a, uint8_t b) { return a != 0 || b == 0; }>("GreaterEqual"));

}  // namespace

}  // namespace tfwasm
