// SPDX-License-Identifier: Apache-2.0
// Elementwise loops as SIMD code. The output may overwrite an input.
//
// A function of single elements is compiled to a loop over whole blocks of elements, and nothing
// else. MapRows is shared by all functions. It handles operands that are a single element, and the
// tail that does not fill a block, by copying them into blocks.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "kernels/simd.h"

namespace tfwasm {

inline constexpr size_t kMaxMapOperands = 3;
// The bytes of the largest block: 16 complex numbers, converted from bool.
inline constexpr size_t kMaxMapBlockBytes = 128;

// A function that cannot be vectorized, such as one of the C library. Its blocks have one element.
template <typename F>
struct Scalar : F {
  static constexpr bool kIsScalar = true;
};
template <typename F>
Scalar(F) -> Scalar<F>;

// A function so short that the loop overhead matters. Its blocks have twice the size.
template <typename F>
struct Wide : F {
  static constexpr bool kIsWide = true;
};
template <typename F>
Wide(F) -> Wide<F>;

// A long function that is rarely used. Its blocks are one vector, which halves its code.
template <typename F>
struct Narrow : F {
  static constexpr bool kIsNarrow = true;
};
template <typename F>
Narrow(F) -> Narrow<F>;

// A function of one float that can also be called with a vector of floats. Its loop calls it with
// vectors.
template <typename F>
struct Vectorized : F {
  float operator()(float x) const { return F::operator()(x); }
  VectorOf<float> OfVector(VectorOf<float> x) const { return F::operator()(x); }
};
template <typename F>
Vectorized(F) -> Vectorized<F>;

// A function with a slow path for rare operands. Elements for which F::IsRare(operands...) is true
// are recomputed one by one with F::OfRare(operands...).
template <typename F, typename... In>
concept HasRareCases = requires(In... operands) {
  F::IsRare(operands...);
  F::OfRare(operands...);
};

// The loop of some function of one to three operands.
struct MapLoop {
  // Computes `blocks` blocks. `fn`: the function object. `advances`: by how many elements each
  // operand advances per block.
  void (*run)(const void* fn, const void* const* operands, const size_t* advances, void* out,
              size_t blocks);
  uint8_t block_bits;  // a block is 2^block_bits elements
  uint8_t out_size;
  std::array<uint8_t, kMaxMapOperands> sizes;  // bytes of an element; 0: no such operand
};

// Runs a loop over rows: out[i] = fn(a[i * steps[0]], b[i * steps[1]], ...) for i < count. A step
// is 0 or 1. An operand and `out` must be equal or must not overlap.
class MapRows {
 public:
  MapRows(const MapLoop& loop [[clang::lifetimebound]], const size_t* steps, size_t count);

  // `row_steps`: the distance of each operand's rows in elements. The rows of `out` are contiguous.
  void Run(const void* fn, const void* const* operands, const ptrdiff_t* row_steps, void* out,
           size_t rows) const;
  // Runs one row.
  void RunRow(const void* fn, const void* const* operands, char* out) const;

 private:
  using Copies = std::array<std::array<char, kMaxMapBlockBytes>, kMaxMapOperands>;

  void RunRest(const void* fn, const void** from, Copies& copies, char* out) const;

  const MapLoop& loop_;
  size_t block_;
  size_t blocks_;
  size_t rest_;
  size_t num_operands_ = 0;
  std::array<size_t, kMaxMapOperands> advances_{};
};

// Runs a loop over one row.
inline void MapBlocks(const MapLoop& loop, const void* fn, const void* const* operands,
                      const size_t* steps, void* out, size_t count) {
  MapRows(loop, steps, count).RunRow(fn, operands, static_cast<char*>(out));
}

namespace map_elements_internal {

// Elements of one vector of the narrowest type. Two vectors keep a processor busy; for bytes one is
// enough.
template <typename... T>
inline constexpr size_t kLanes = 16 / std::min({sizeof(T)...});

template <typename F, typename... T>
constexpr size_t BlockOf() {
  if constexpr (!(std::is_arithmetic_v<T> && ...) || requires { F::kIsScalar; }) {
    return 1;
  } else if constexpr (requires { F::kIsNarrow; }) {
    return kLanes<T...>;
  } else {
    return std::max<size_t>(requires { F::kIsWide; } ? 16 : 8, kLanes<T...>);
  }
}

// An operand whose row is one repeated element.
template <typename T>
struct Fixed {
  explicit Fixed(const T* element) : value(*element) {}
  T operator[](size_t) const { return value; }
  void operator+=(size_t) {}

  T value;
};

template <typename F, typename Out, typename... In>
void RunBlocks(const F& f, const size_t* advances, Out* out, size_t blocks, In... in) {
  constexpr size_t kBlock = BlockOf<F, Out, std::decay_t<decltype(in[0])>...>();
  constexpr size_t kWidth = kLanes<Out, std::decay_t<decltype(in[0])>...>;
  std::array<size_t, sizeof...(In)> advance;
  std::copy_n(advances, sizeof...(In), advance.begin());
  for (; blocks > 0; --blocks) {
    if constexpr (kBlock == 1) {
      *out = static_cast<Out>(f(in[0]...));
    } else {
      // The whole block is computed before it is stored, so that `out` may be an operand.
      Out block[kBlock];
      if constexpr (requires { &F::OfVector; }) {
#pragma clang loop unroll(full)
        for (size_t k = 0; k < kBlock; k += kWidth) {
          Store(f.OfVector(Load<VectorOf<float>>(in + k)...), block + k);
        }
      } else {
#pragma clang loop vectorize(enable) vectorize_width(kWidth) interleave_count(kBlock / kWidth)
        for (size_t k = 0; k < kBlock; ++k) block[k] = static_cast<Out>(f(in[k]...));
      }
      if constexpr (HasRareCases<F, std::decay_t<decltype(in[0])>...>) {
        uint32_t has_rare = 0;
#pragma clang loop vectorize(enable) vectorize_width(4) interleave_count(kBlock / 4)
        for (size_t k = 0; k < kBlock; ++k) has_rare |= uint32_t{F::IsRare(in[k]...)};
        for (size_t k = 0; has_rare != 0 && k < kBlock; ++k) {
          if (F::IsRare(in[k]...)) block[k] = F::OfRare(in[k]...);
        }
      }
      std::copy_n(block, kBlock, out);
    }
    out += kBlock;
    size_t i = 0;
    ((in += advance[i++]), ...);
  }
}

template <typename F, typename Out, typename... In>
void Run(const void* fn, const void* const* operands, const size_t* advances, void* out,
         size_t blocks) {
  // Function objects without state are not passed.
  const F f = [&] {
    if constexpr (std::is_empty_v<F>) {
      return F{};
    } else {
      return *static_cast<const F*>(fn);
    }
  }();
  auto* to = static_cast<Out*>(out);
  [&]<size_t... I>(std::index_sequence<I...>) {
    // Short functions get separate loops for a repeated element.
    if constexpr (requires { F::kIsWide; } && sizeof...(In) == 2) {
      const auto [a, b] = std::tuple(static_cast<const In*>(operands[I])...);
      if (advances[0] == 0) return RunBlocks(f, advances, to, blocks, Fixed(a), b);
      if (advances[1] == 0) return RunBlocks(f, advances, to, blocks, a, Fixed(b));
    }
    RunBlocks(f, advances, to, blocks, static_cast<const In*>(operands[I])...);
  }(std::index_sequence_for<In...>());
}

}  // namespace map_elements_internal

// The loop of `F` for operands of these types.
template <typename F, typename Out, typename... In>
constexpr MapLoop MapLoopOf() {
  constexpr size_t kBlock = map_elements_internal::BlockOf<F, Out, In...>();
  static_assert(kBlock == 1 ||
                kBlock * std::max({sizeof(Out), sizeof(In)...}) <= kMaxMapBlockBytes);
  return {map_elements_internal::Run<F, Out, In...>,
          std::countr_zero(kBlock),
          sizeof(Out),
          {sizeof(In)...}};
}

// out[i] = fn(in[i])
template <typename In, typename Out, typename F>
void MapElements(const In* in, Out* out, size_t count, const F& fn) {
  static constexpr MapLoop kLoop = MapLoopOf<F, Out, In>();
  const void* operands[] = {in};
  constexpr size_t kSteps[] = {1};
  MapBlocks(kLoop, &fn, operands, kSteps, out, count);
}

// out[i] = fn(a[i], b[i])
template <typename In, typename Out, typename F>
void MapPairs(const In* a, const In* b, Out* out, size_t count, const F& fn) {
  static constexpr MapLoop kLoop = MapLoopOf<F, Out, In, In>();
  const void* operands[] = {a, b};
  constexpr size_t kSteps[] = {1, 1};
  MapBlocks(kLoop, &fn, operands, kSteps, out, count);
}

}  // namespace tfwasm
