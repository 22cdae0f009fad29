// SPDX-License-Identifier: Apache-2.0
// Loops over elements that the compiler turns into SIMD code although the result may be written
// over an operand: each block is computed whole before any of it is stored.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace tfwasm {

// The rest that does not fill a block is not worth SIMD code of its own: the pragmas below halve
// the size of the wasm code.
inline constexpr size_t kMapBlock = 16;

// A function that cannot become SIMD code, such as one of the C library: its loop is left as it is.
template <typename F>
struct Scalar : F {
  static constexpr bool kIsScalar = true;
};
template <typename F>
Scalar(F) -> Scalar<F>;

// Whether to compute results of type Out from elements of type In in blocks.
template <typename In, typename Out, typename F>
inline constexpr bool kInBlocks =
    std::is_arithmetic_v<In> && std::is_arithmetic_v<Out> && !requires { F::kIsScalar; };

// out[i] = fn(in[i])
template <typename In, typename Out, typename F>
void MapElements(const In* in, Out* out, size_t count, F fn) {
  size_t i = 0;
  if constexpr (kInBlocks<In, Out, F>) {
    for (; count - i >= kMapBlock; i += kMapBlock) {
      Out block[kMapBlock];
      for (size_t k = 0; k < kMapBlock; ++k) block[k] = static_cast<Out>(fn(in[i + k]));
      std::copy_n(block, kMapBlock, out + i);
    }
  }
#pragma clang loop vectorize(disable) unroll(disable)
  for (; i < count; ++i) out[i] = static_cast<Out>(fn(in[i]));
}

// One operand of a row: consecutive elements (step 1) or one element for the whole row (step 0).
template <typename T>
class RowOperand {
 public:
  // A block of copies stands in for a repeated element, so that one loop serves all cases.
  RowOperand(const T* data, size_t step, size_t count) : data_(data), step_(step) {
    if (step == 0 && count >= kMapBlock) std::fill_n(copies_, kMapBlock, *data);
  }
  const T* Block(size_t i) const { return step_ == 0 ? copies_ : data_ + i; }
  const T& operator[](size_t i) const { return data_[i * step_]; }

 private:
  const T* data_;
  size_t step_;
  T copies_[kMapBlock];
};

// out[i] = fn(a[i * a_step], b[i * b_step])
template <typename In, typename Out, typename F>
void MapPairs(const In* a, size_t a_step, const In* b, size_t b_step, Out* out, size_t count,
              F fn) {
  size_t i = 0;
  if constexpr (kInBlocks<In, Out, F>) {
    const RowOperand<In> x(a, a_step, count);
    const RowOperand<In> y(b, b_step, count);
    for (; count - i >= kMapBlock; i += kMapBlock) {
      const In* p = x.Block(i);
      const In* q = y.Block(i);
      Out block[kMapBlock];
      for (size_t k = 0; k < kMapBlock; ++k) block[k] = static_cast<Out>(fn(p[k], q[k]));
      std::copy_n(block, kMapBlock, out + i);
    }
  }
#pragma clang loop vectorize(disable) unroll(disable)
  for (; i < count; ++i) out[i] = static_cast<Out>(fn(a[i * a_step], b[i * b_step]));
}

// out[i] = fn(a[i * a_step], b[i * b_step], c[i * c_step])
template <typename A, typename T, typename F>
void MapTriples(const A* a, size_t a_step, const T* b, size_t b_step, const T* c, size_t c_step,
                T* out, size_t count, F fn) {
  size_t i = 0;
  if constexpr (kInBlocks<T, T, F>) {
    const RowOperand<A> x(a, a_step, count);
    const RowOperand<T> y(b, b_step, count);
    const RowOperand<T> z(c, c_step, count);
    for (; count - i >= kMapBlock; i += kMapBlock) {
      const A* p = x.Block(i);
      const T* q = y.Block(i);
      const T* r = z.Block(i);
      T block[kMapBlock];
      for (size_t k = 0; k < kMapBlock; ++k) block[k] = fn(p[k], q[k], r[k]);
      std::copy_n(block, kMapBlock, out + i);
    }
  }
#pragma clang loop vectorize(disable) unroll(disable)
  for (; i < count; ++i) out[i] = fn(a[i * a_step], b[i * b_step], c[i * c_step]);
}

}  // namespace tfwasm
