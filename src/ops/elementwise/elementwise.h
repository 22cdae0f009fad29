// SPDX-License-Identifier: Apache-2.0
// Makes ops from functions of single elements:
//
//   TFWASM_OP kSubOp =
//       BinaryOp<[](float a, float b) { return a - b; },
//                [](int32_t a, int32_t b) { return WrappingSub(a, b); }>("Sub");
//
// The argument type of a function selects the dtype (uint8_t for bool). The result type bool makes
// a bool output.
#pragma once

#include <array>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <vector>

#include "core/wrapping_math.h"
#include "kernels/map_elements.h"
#include "ops/op.h"

namespace tfwasm {

// The cost of an element, for PoolFor.
inline constexpr double kCheap = 1;
inline constexpr double kCostly = 12;

// The loop for one dtype.
struct ElementLoop {
  DType in;
  DType out;
  MapLoop map;
};

namespace elementwise_internal {

template <typename F>
struct Signature;
template <typename F, typename R, typename... A>
struct Signature<R (F::*)(A...) const> {
  using Argument = std::remove_cvref_t<std::tuple_element_t<0, std::tuple<A...>>>;
  using Result = std::conditional_t<std::is_same_v<R, bool>, uint8_t, R>;

  template <typename Fn>
  static constexpr MapLoop LoopOf() {
    return MapLoopOf<Fn, Result, std::remove_cvref_t<A>...>();
  }
};
template <typename Fn>
using SignatureOf = Signature<decltype(&Fn::operator())>;

template <typename Fn>
constexpr ElementLoop MakeLoop() {
  using S = SignatureOf<Fn>;
  return {DTypeOf<typename S::Argument>(), DTypeOf<typename S::Result>(), S::template LoopOf<Fn>()};
}

template <auto... kFns>
inline constexpr std::array<ElementLoop, sizeof...(kFns)> kLoops = {
    MakeLoop<std::remove_cv_t<decltype(kFns)>>()...};

// In-place is possible if operand and result have the same element size.
template <auto kFn, auto... kRest>
constexpr bool kKeepsType =
    std::is_same_v<typename SignatureOf<std::remove_cv_t<decltype(kFn)>>::Argument,
                   typename SignatureOf<std::remove_cv_t<decltype(kFn)>>::Result>;

}  // namespace elementwise_internal

// The loop for `dtype`. Throws E_DTYPE with a list of the supported dtypes.
const ElementLoop& FindLoop(std::span<const ElementLoop> loops [[clang::lifetimebound]],
                            DType dtype);

void InferUnary(InferContext& context, std::span<const ElementLoop> loops);
void InferBinary(InferContext& context, std::span<const ElementLoop> loops);
// Uses the first inputs, as many as the function takes.
std::unique_ptr<Kernel> MakeElementwiseKernel(const KernelContext& context,
                                              std::span<const ElementLoop> loops, double work);
// `operands`: the shapes to use for the first inputs.
std::unique_ptr<Kernel> MakeElementwiseKernel(const KernelContext& context, const MapLoop& loop,
                                              std::span<const Shape> operands, double work);

template <auto kFn>
constexpr ElementLoop ElementLoopOf() {
  return elementwise_internal::MakeLoop<std::remove_cv_t<decltype(kFn)>>();
}

template <double kWork, auto... kFns>
std::unique_ptr<Kernel> ElementwiseKernelOf(const KernelContext& context) {
  return MakeElementwiseKernel(context, elementwise_internal::kLoops<kFns...>, kWork);
}

// The common fields of these ops.
constexpr OpDef ElementwiseOp(std::string_view name, NameList aliases, int num_inputs,
                              void (*infer)(InferContext&),
                              std::unique_ptr<Kernel> (*kernel)(const KernelContext&),
                              bool keeps_type) {
  OpDef def = {.name = name, .aliases = aliases, .infer = infer, .kernel = kernel};
  def.min_inputs = num_inputs;
  def.max_inputs = num_inputs;
  if (keeps_type) def.in_place_inputs = num_inputs == 1 ? 0b1 : 0b11;
  return def;
}

template <auto... kFns>
void InferUnaryOf(InferContext& context) {
  InferUnary(context, elementwise_internal::kLoops<kFns...>);
}
template <auto... kFns>
void InferBinaryOf(InferContext& context) {
  InferBinary(context, elementwise_internal::kLoops<kFns...>);
}

template <auto... kFns>
constexpr OpDef UnaryOp(std::string_view name, NameList aliases = {}) {
  return ElementwiseOp(name, aliases, 1, InferUnaryOf<kFns...>,
                       ElementwiseKernelOf<kCheap, kFns...>,
                       elementwise_internal::kKeepsType<kFns...>);
}
template <auto... kFns>
constexpr OpDef BinaryOp(std::string_view name, NameList aliases = {}) {
  return ElementwiseOp(name, aliases, 2, InferBinaryOf<kFns...>,
                       ElementwiseKernelOf<kCheap, kFns...>,
                       elementwise_internal::kKeepsType<kFns...>);
}

// A UnaryOp or BinaryOp with functions that take many times as long as an addition.
template <auto... kFns>
constexpr OpDef CostlyUnaryOp(std::string_view name) {
  return ElementwiseOp(name, {}, 1, InferUnaryOf<kFns...>, ElementwiseKernelOf<kCostly, kFns...>,
                       elementwise_internal::kKeepsType<kFns...>);
}
template <auto... kFns>
constexpr OpDef CostlyBinaryOp(std::string_view name, NameList aliases = {}) {
  return ElementwiseOp(name, aliases, 2, InferBinaryOf<kFns...>,
                       ElementwiseKernelOf<kCostly, kFns...>,
                       elementwise_internal::kKeepsType<kFns...>);
}

}  // namespace tfwasm
