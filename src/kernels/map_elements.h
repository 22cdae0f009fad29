// SPDX-License-Identifier: Apache-2.0
// Loops over elements as SIMD code, where the result may be written over an operand.
//
// A function of single elements becomes code for whole blocks of them, and nothing else: MapRow,
// of which there is one, deals with operands that are a single element and with the rest that does
// not fill a block, in copies.
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
// Of the largest blocks: 16 complex numbers, made from bool.
inline constexpr size_t kMaxMapBlockBytes = 128;

// A function that cannot become SIMD code, such as one of the C library: its blocks are single
// elements.
template <typename F>
struct Scalar : F {
  static constexpr bool kIsScalar = true;
};
template <typename F>
Scalar(F) -> Scalar<F>;

// A function that is worth blocks of twice the size: it is so short that the loop takes as long.
template <typename F>
struct Wide : F {
  static constexpr bool kIsWide = true;
};
template <typename F>
Wide(F) -> Wide<F>;

// A function of one float that also takes vectors of them, by which its loops call it.
template <typename F>
struct Vectorized : F {
  float operator()(float x) const { return F::operator()(x); }
  VectorOf<float> OfVector(VectorOf<float> x) const { return F::operator()(x); }
};
template <typename F>
Vectorized(F) -> Vectorized<F>;

// A function may leave rare operands to another: those for which F::IsRare(operands...) go to
// F::OfRare(operands...), one by one.
template <typename F, typename... In>
concept HasRareCases = requires(In... operands) {
  F::IsRare(operands...);
  F::OfRare(operands...);
};

// The code for some function of one to three operands.
struct MapLoop {
  // Computes `blocks` blocks. `fn` is the function object; `advances` says by how many elements
  // each operand goes on after a block.
  void (*run)(const void* fn, const void* const* operands, const size_t* advances, void* out,
              size_t blocks);
  uint8_t block_bits;  // a block is 2^block_bits elements
  uint8_t out_size;
  std::array<uint8_t, kMaxMapOperands> sizes;  // bytes of an element; 0: no such operand
};

// Runs a loop over one row after the other: out[i] = fn(a[i * steps[0]], b[i * steps[1]], ...) for
// i < count; a step is 0 or 1. The operands overlap with `out` not at all or exactly.
class MapRows {
 public:
  MapRows(const MapLoop& loop, const size_t* steps, size_t count);

  // `row_steps`: how many elements each operand's next row is away. Those of `out` lie side by
  // side.
  void Run(const void* fn, const void* const* operands, const ptrdiff_t* row_steps, void* out,
           size_t rows) const;
  // Of one row.
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

// Two vectors of 128 bits keep a processor busy; bytes fill one.
template <typename... T>
inline constexpr size_t kLanes = 16 / std::min({sizeof(T)...});

template <typename F, typename... T>
constexpr size_t BlockOf() {
  if constexpr (!(std::is_arithmetic_v<T> && ...) || requires { F::kIsScalar; }) {
    return 1;
  } else {
    return std::max<size_t>(requires { F::kIsWide; } ? 16 : 8, kLanes<T...>);
  }
}

// An operand of which all of a row is one element.
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
      // Computed whole before it is stored, so that `out` may be an operand.
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
  // Lambdas that capture nothing are not passed.
  const F f = [&] {
    if constexpr (std::is_empty_v<F>) {
      return F{};
    } else {
      return *static_cast<const F*>(fn);
    }
  }();
  auto* to = static_cast<Out*>(out);
  [&]<size_t... I>(std::index_sequence<I...>) {
    // Short functions are worth loops of their own for a single element.
    if constexpr (requires { F::kIsWide; } && sizeof...(In) == 2) {
      const auto [a, b] = std::tuple(static_cast<const In*>(operands[I])...);
      if (advances[0] == 0) return RunBlocks(f, advances, to, blocks, Fixed(a), b);
      if (advances[1] == 0) return RunBlocks(f, advances, to, blocks, a, Fixed(b));
    }
    RunBlocks(f, advances, to, blocks, static_cast<const In*>(operands[I])...);
  }(std::index_sequence_for<In...>());
}

}  // namespace map_elements_internal

// The code of `F` for operands of these types.
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
