// SPDX-License-Identifier: Apache-2.0
#include "kernels/vector_math.h"

namespace tfwasm::vector_math {

namespace {

constexpr float kRound = 12582912.0f + 127;

}  // namespace

const uint32_t kSignBit = 0x80000000u;

const ExpConstants kEluConstants = {
    .low = -25,
    .high = 0,
    .round = kRound,
    .scale = 1,
    // Those of Expm1Near0.
    .coefficients = {1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f,
                     1.6666665459e-1f, 5.0000001201e-1f}};

const ExpConstants kSigmoidConstants = {
    .low = -104,
    // Above, 1 + exp(-x) is 1.
    .high = 30,
    .round = kRound - 64,
    .scale = 1.0f / 18446744073709551616.0f,
    // exp(-x) for |x| <= ln 2 / 2 within 1e-7, minimax.
    .coefficients = {-8.2894247e-3f, 4.1898530e-2f, -1.66676521e-1f, 4.99991447e-1f,
                     -9.99999702e-1f, 1.0f}};

}  // namespace tfwasm::vector_math
