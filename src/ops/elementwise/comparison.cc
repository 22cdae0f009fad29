// SPDX-License-Identifier: Apache-2.0
// Comparisons with broadcasting. With NaN, only NotEqual is true.
#include "ops/elementwise/elementwise.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

TFWASM_OP kEqualOp =
    BinaryOp<[](float a, float b) { return a == b; }, [](int32_t a, int32_t b) { return a == b; },
             [](uint8_t a, uint8_t b) { return (a != 0) == (b != 0); },
             [](Complex64 a, Complex64 b) { return a == b; },
             [](const std::string& a, const std::string& b) { return a == b; }>("Equal");

TFWASM_OP kNotEqualOp =
    BinaryOp<[](float a, float b) { return a != b; }, [](int32_t a, int32_t b) { return a != b; },
             [](uint8_t a, uint8_t b) { return (a != 0) != (b != 0); },
             [](Complex64 a, Complex64 b) { return a != b; },
             [](const std::string& a, const std::string& b) { return a != b; }>("NotEqual");

// TensorFlow has no order of bool and strings; TensorFlow.js has.
TFWASM_OP kLessOp =
    BinaryOp<[](float a, float b) { return a < b; }, [](int32_t a, int32_t b) { return a < b; },
             [](uint8_t a, uint8_t b) { return a == 0 && b != 0; },
             [](const std::string& a, const std::string& b) { return a < b; }>("Less");

TFWASM_OP kLessEqualOp =
    BinaryOp<[](float a, float b) { return a <= b; }, [](int32_t a, int32_t b) { return a <= b; },
             [](uint8_t a, uint8_t b) { return a == 0 || b != 0; },
             [](const std::string& a, const std::string& b) { return a <= b; }>("LessEqual");

TFWASM_OP kGreaterOp =
    BinaryOp<[](float a, float b) { return a > b; }, [](int32_t a, int32_t b) { return a > b; },
             [](uint8_t a, uint8_t b) { return a != 0 && b == 0; },
             [](const std::string& a, const std::string& b) { return a > b; }>("Greater");

TFWASM_OP kGreaterEqualOp =
    BinaryOp<[](float a, float b) { return a >= b; }, [](int32_t a, int32_t b) { return a >= b; },
             [](uint8_t a, uint8_t b) { return a != 0 || b == 0; },
             [](const std::string& a, const std::string& b) { return a >= b; }>("GreaterEqual");

}  // namespace

// TensorFlow.js defines the gradient of this comparison only: 0.
TFWASM_GRADIENT kGreaterEqualGradient{"GreaterEqual"};

}  // namespace tfwasm
