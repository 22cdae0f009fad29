// SPDX-License-Identifier: Apache-2.0
#include <complex>
#include <numbers>

#include "ops/op_test.h"

namespace tfwasm {

namespace {

using Complex128 = std::complex<double>;

// By definition, in double.
std::vector<Complex128> Transform(const std::vector<Complex128>& x, bool is_inverse) {
  const size_t n = x.size();
  std::vector<Complex128> y(n);
  for (size_t k = 0; k < n; ++k) {
    for (size_t j = 0; j < n; ++j) {
      const double angle = (is_inverse ? 2 : -2) * std::numbers::pi *
                           static_cast<double>(j * k % n) / static_cast<double>(n);
      y[k] += x[j] * std::polar(1.0, angle);
    }
    if (is_inverse) y[k] /= static_cast<double>(n);
  }
  return y;
}

std::vector<Complex128> Noise(size_t count) {
  std::vector<Complex128> values;
  for (size_t i = 0; i < count; ++i) {
    const auto x = static_cast<double>(i);
    values.emplace_back(std::sin(x * x), std::cos(3 * x * x + 1));
  }
  return values;
}

Tensor ToTensor(const Shape& shape, const std::vector<Complex128>& values) {
  std::vector<Complex64> result;
  for (const Complex128& value : values) result.emplace_back(Complex64(value));
  return C64(shape, result);
}

}  // namespace

TEST_CASE("FFT and IFFT agree with the definition for every kind of length") {
  // Powers of 2, other small factors, all together, primes above 13, and their products.
  for (const int n :
       {1,  2,  3,  4,  5,  6,   7,   8,   9,   11,  12,  13,  16,  17,  19,   23,  30,
        32, 34, 49, 60, 97, 100, 128, 143, 169, 210, 257, 400, 512, 514, 1009, 1024}) {
    CAPTURE(n);
    const std::vector<Complex128> x = Noise(static_cast<size_t>(n));
    const Shape shape = {n};
    const auto tolerance = 1e-6f * static_cast<float>(std::sqrt(n) + 3);
    ExpectTensor(RunOp("FFT", {}, {ToTensor(shape, x)}), ToTensor(shape, Transform(x, false)),
                 tolerance);
    ExpectTensor(RunOp("IFFT", {}, {ToTensor(shape, x)}), ToTensor(shape, Transform(x, true)),
                 2e-6f);
  }
}

TEST_CASE("FFT of a long prime length stays accurate") {
  const int n = 10007;
  const std::vector<Complex128> x = Noise(n);
  const Tensor there = RunOp("FFT", {}, {ToTensor({n}, x)});
  ExpectTensor(RunOp("IFFT", {}, {there}), ToTensor({n}, x), 3e-6f);
}

TEST_CASE("FFT transforms the last axis of a batch, and empty ones") {
  const std::vector<Complex128> x = Noise(24);
  std::vector<Complex128> expected;
  for (size_t row = 0; row < 6; ++row) {
    const auto begin = x.begin() + static_cast<std::ptrdiff_t>(4 * row);
    const auto y = Transform({begin, begin + 4}, false);
    expected.insert(expected.end(), y.begin(), y.end());
  }
  ExpectTensor(RunOp("FFT", {}, {ToTensor({2, 3, 4}, x)}), ToTensor({2, 3, 4}, expected), 1e-5f);
  ExpectTensor(RunOp("FFT", {}, {C64({0, 4}, {})}), C64({0, 4}, {}));
  ExpectTensor(RunOp("IFFT", {}, {C64({3, 0}, {})}), C64({3, 0}, {}));
  ExpectError(Code::kDType, [] { RunOp("FFT", {}, {F32({2}, {1, 2})}); });
  ExpectError(Code::kShape, [] { RunOp("FFT", {}, {C64({}, {{1, 0}})}); });
}

TEST_CASE("RFFT pads and crops") {
  const auto rfft = [](const Tensor& x, int length) {
    return RunOp("RFFT", {}, {x, I32({1}, {length})});
  };
  const Tensor x = F32({2, 4}, {1, 2, 3, 4, 0, 1, 0, -1});
  ExpectTensor(rfft(x, 4), C64({2, 3}, {{10, 0}, {-2, 2}, {-2, 0}, {0, 0}, {0, -2}, {0, 0}}),
               1e-5f);
  ExpectTensor(rfft(x, 3), C64({2, 2}, {{6, 0}, {-1.5f, 0.8660254f}, {1, 0}, {-0.5f, -0.8660254f}}),
               1e-5f);
  ExpectTensor(rfft(x, 6).Reshaped({8}),
               C64({8}, {{10, 0},
                         {-3.5f, -4.330127f},
                         {2.5f, 0.8660254f},
                         {-2, 0},
                         {0, 0},
                         {1.5f, -0.8660254f},
                         {-1.5f, -0.8660254f},
                         {0, 0}}),
               1e-5f);
  ExpectTensor(rfft(F32({1, 0}, {}), 2), C64({1, 2}, {{0, 0}, {0, 0}}));
  ExpectTensor(rfft(x, 0), C64({2, 0}, {}));
  ExpectTensor(rfft(x, 1), C64({2, 1}, {{1, 0}, {0, 0}}));
  const Tensor nan = rfft(F32({2, 2}, {kNan, 0, 1, 2}), 2);
  CHECK(std::isnan(nan.values<Complex64>()[0].real()));
  CHECK(nan.values<Complex64>()[2] == Complex64(3, 0));  // other rows are not affected
  ExpectError(Code::kInput, [&] { rfft(x, -1); });
  ExpectError(Code::kDType, [&] { rfft(C64({1}, {{1, 0}}), 1); });
  ExpectError(Code::kShape, [&] { RunOp("RFFT", {}, {x, I32({2}, {1, 2})}); });
  ExpectError(Code::kLimit, [&] { rfft(x, kIntMax); });
}

TEST_CASE("IRFFT is RFFT's inverse") {
  for (const int n : {1, 2, 3, 4, 5, 8, 15, 17, 34, 128}) {
    const Tensor x = MakeF32({3, n}, [](size_t i) { return std::sin(static_cast<float>(i * i)); });
    const Tensor there = RunOp("RFFT", {}, {x, I32({1}, {n})});
    ExpectTensor(RunOp("IRFFT", {}, {there, I32({1}, {n})}), x, 2e-6f);
  }
  const auto irfft = [](const Tensor& x, int length) {
    return RunOp("IRFFT", {}, {x, I32({1}, {length})});
  };
  // The imaginary parts of the first number and, for even lengths, of the middle number are
  // ignored.
  ExpectTensor(irfft(C64({2}, {{3, 9}, {-1, 9}}), 2), F32({2}, {1, 2}));
  ExpectTensor(irfft(C64({1}, {{4, 0}}), 4), F32({4}, {1, 1, 1, 1}));
  ExpectTensor(irfft(C64({3}, {{3, 0}, {-1, 0}, {7, 7}}), 2), F32({2}, {1, 2}));
  ExpectError(Code::kDType, [&] { irfft(F32({1}, {1}), 1); });
}

}  // namespace tfwasm
