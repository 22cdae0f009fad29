// SPDX-License-Identifier: Apache-2.0
// Turns functions of single elements into ops:
//
//   const OpRegistration kSub(BinaryOp<[](float a, float b) { return a - b; },
//                                      [](int32_t a, int32_t b) { return WrappingSub(a, b);
//                                      }>("Sub"));
//
// Each function stands for the dtype of its arguments (bool elements are uint8_t); a result of
// type bool makes a bool output.
#pragma once

#include <array>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <vector>

#include "kernels/map_elements.h"
#include "ops/op.h"

namespace tfwasm {

// How much an element costs, for the decision to use several threads.
inline constexpr double kCheap = 1;
inline constexpr double kCostly = 12;

// The loop of an op for one dtype.
struct UnaryLoop {
  DType in;
  DType out;
  void (*run)(const void* in, void* out, size_t count);
};
struct BinaryLoop {
  DType in;
  DType out;
  void (*run)(const void* a, size_t a_step, const void* b, size_t b_step, void* out, size_t count);
};

namespace elementwise_internal {

template <typename F>
struct Signature;
template <typename F, typename R, typename A, typename... Rest>
struct Signature<R (F::*)(A, Rest...) const> {
  using Argument = std::remove_cvref_t<A>;
  using Result = std::conditional_t<std::is_same_v<R, bool>, uint8_t, R>;
};
template <auto kFn>
using SignatureOf = Signature<decltype(&decltype(kFn)::operator())>;

template <auto kFn>
constexpr UnaryLoop MakeUnaryLoop() {
  using In = typename SignatureOf<kFn>::Argument;
  using Out = typename SignatureOf<kFn>::Result;
  return {DTypeOf<In>(), DTypeOf<Out>(), [](const void* in, void* out, size_t count) {
            MapElements(static_cast<const In*>(in), static_cast<Out*>(out), count, kFn);
          }};
}

template <auto kFn>
constexpr BinaryLoop MakeBinaryLoop() {
  using In = typename SignatureOf<kFn>::Argument;
  using Out = typename SignatureOf<kFn>::Result;
  return {DTypeOf<In>(), DTypeOf<Out>(),
          [](const void* a, size_t a_step, const void* b, size_t b_step, void* out, size_t count) {
            MapPairs(static_cast<const In*>(a), a_step, static_cast<const In*>(b), b_step,
                     static_cast<Out*>(out), count, kFn);
          }};
}

template <auto... kFns>
inline constexpr std::array<UnaryLoop, sizeof...(kFns)> kUnaryLoops = {MakeUnaryLoop<kFns>()...};
template <auto... kFns>
inline constexpr std::array<BinaryLoop, sizeof...(kFns)> kBinaryLoops = {MakeBinaryLoop<kFns>()...};

// The result may take an operand's place when their elements have one size.
template <auto kFn, auto... kRest>
constexpr bool kKeepsType =
    std::is_same_v<typename SignatureOf<kFn>::Argument, typename SignatureOf<kFn>::Result>;

}  // namespace elementwise_internal

// The loop for `dtype`. Throws E_DTYPE that lists the dtypes that have one.
const BinaryLoop& FindLoop(std::span<const BinaryLoop> loops, DType dtype);

void InferUnary(InferContext& context, std::span<const UnaryLoop> loops);
void InferBinary(InferContext& context, std::span<const BinaryLoop> loops);
std::unique_ptr<Kernel> MakeUnaryKernel(const KernelContext& context,
                                        std::span<const UnaryLoop> loops, double work);
std::unique_ptr<Kernel> MakeBinaryKernel(const KernelContext& context,
                                         std::span<const BinaryLoop> loops, double work);

template <auto kFn>
constexpr UnaryLoop UnaryLoopOf() {
  return elementwise_internal::MakeUnaryLoop<kFn>();
}

template <auto kFn>
constexpr BinaryLoop BinaryLoopOf() {
  return elementwise_internal::MakeBinaryLoop<kFn>();
}

template <double kWork, auto... kFns>
std::unique_ptr<Kernel> UnaryKernelOf(const KernelContext& context) {
  return MakeUnaryKernel(context, elementwise_internal::kUnaryLoops<kFns...>, kWork);
}
template <double kWork, auto... kFns>
std::unique_ptr<Kernel> BinaryKernelOf(const KernelContext& context) {
  return MakeBinaryKernel(context, elementwise_internal::kBinaryLoops<kFns...>, kWork);
}

// What all these ops have in common.
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
  InferUnary(context, elementwise_internal::kUnaryLoops<kFns...>);
}
template <auto... kFns>
void InferBinaryOf(InferContext& context) {
  InferBinary(context, elementwise_internal::kBinaryLoops<kFns...>);
}

template <auto... kFns>
constexpr OpDef UnaryOp(std::string_view name, NameList aliases = {}) {
  return ElementwiseOp(name, aliases, 1, InferUnaryOf<kFns...>, UnaryKernelOf<kCheap, kFns...>,
                       elementwise_internal::kKeepsType<kFns...>);
}
template <auto... kFns>
constexpr OpDef BinaryOp(std::string_view name, NameList aliases = {}) {
  return ElementwiseOp(name, aliases, 2, InferBinaryOf<kFns...>, BinaryKernelOf<kCheap, kFns...>,
                       elementwise_internal::kKeepsType<kFns...>);
}

// A UnaryOp or BinaryOp whose functions take many times longer than an addition.
template <auto... kFns>
constexpr OpDef CostlyUnaryOp(std::string_view name) {
  return ElementwiseOp(name, {}, 1, InferUnaryOf<kFns...>, UnaryKernelOf<kCostly, kFns...>,
                       elementwise_internal::kKeepsType<kFns...>);
}
template <auto... kFns>
constexpr OpDef CostlyBinaryOp(std::string_view name, NameList aliases = {}) {
  return ElementwiseOp(name, aliases, 2, InferBinaryOf<kFns...>, BinaryKernelOf<kCostly, kFns...>,
                       elementwise_internal::kKeepsType<kFns...>);
}

// Integer arithmetic that wraps around instead of being undefined.
inline int32_t WrappingAdd(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}
inline int32_t WrappingSub(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) - static_cast<uint32_t>(b));
}
inline int32_t WrappingMul(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) * static_cast<uint32_t>(b));
}

}  // namespace tfwasm
