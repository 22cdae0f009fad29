// SPDX-License-Identifier: Apache-2.0
#include "kernels/strided_copy.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

// Transposes [a, b, c] to [c, a, b], element by element.
template <typename T>
std::vector<T> Transposed(const std::vector<T>& in, size_t a, size_t b, size_t c) {
  std::vector<T> out(in.size());
  for (size_t i = 0; i < in.size(); ++i) {
    const size_t front = i / (b * c);
    const size_t middle = i / c % b;
    out[(i % c * a + front) * b + middle] = in[i];
  }
  return out;
}

StridedCopy TransposingCopy(DType dtype, int64_t a, int64_t b, int64_t c) {
  StridedCopy copy{.dtype = dtype, .shape = {c, a, b}};
  copy.in_strides = {1, b * c, c};
  copy.out_strides = RowMajorStrides(copy.shape);
  return copy;
}

template <typename T, typename F>
void CheckTransposing(DType dtype, size_t a, size_t b, size_t c, F value) {
  std::vector<T> in(a * b * c);
  for (size_t i = 0; i < in.size(); ++i) in[i] = value(i);
  std::vector<T> out(in.size());
  const auto dim = [](size_t size) { return static_cast<int64_t>(size); };
  TransposingCopy(dtype, dim(a), dim(b), dim(c)).Run(in.data(), out.data());
  CHECK(out == Transposed(in, a, b, c));
}

}  // namespace

TEST_CASE("StridedCopy transposes elements of every size, on one and on several threads") {
  for (const int threads : {1, 4}) {
    CAPTURE(threads);
    SetThreadCount(threads);
    CheckTransposing<float>(DType::kFloat32, 60, 70, 80,
                            [](size_t i) { return static_cast<float>(i) / 2; });
    CheckTransposing<uint8_t>(DType::kBool, 7, 301, 99, [](size_t i) { return i % 3 == 0; });
    CheckTransposing<Complex64>(DType::kComplex64, 1, 500, 400,
                                [](size_t i) { return Complex64(static_cast<float>(i), 1); });
    CheckTransposing<std::string>(DType::kString, 3, 2, 5,
                                  [](size_t i) { return std::string(i, 'x'); });
  }
  SetThreadCount(1);
}

TEST_CASE("StridedCopy repeats along axes with a stride of zero and walks backwards") {
  const std::vector<int32_t> in = {1, 2, 3};
  std::vector<int32_t> out(6);
  StridedCopy copy{.dtype = DType::kInt32, .shape = {2, 3}};
  copy.in_strides = {0, -1};
  copy.out_strides = {3, 1};
  copy.Run(in.data() + 2, out.data());
  CHECK(out == std::vector<int32_t>{3, 2, 1, 3, 2, 1});
}

TEST_CASE("CopyRows copies a block between arrays of different widths") {
  const std::vector<int32_t> in = {1, 2, 3, 4, 5, 6};
  std::vector<int32_t> out(8, 0);
  CopyRows(DType::kInt32, in.data() + 1, 3, out.data(), 4, 2, 2);
  CHECK(out == std::vector<int32_t>{2, 3, 0, 0, 5, 6, 0, 0});
  CopyRows(DType::kInt32, in.data(), 3, out.data() + 3, 4, 2, 1);
  CHECK(out == std::vector<int32_t>{2, 3, 0, 1, 5, 6, 0, 4});
  CopyRows(DType::kInt32, in.data(), 3, out.data(), 4, 0, 2);
  CHECK(out == std::vector<int32_t>{2, 3, 0, 1, 5, 6, 0, 4});
}

}  // namespace tfwasm
