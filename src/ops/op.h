// SPDX-License-Identifier: Apache-2.0
// The definition of an op. One file under src/ops/ defines one op or a tight family with
// TFWASM_OP. There is no other list of ops.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/name_list.h"
#include "core/registry.h"
#include "graph/graph.h"
#include "ops/op_context.h"

namespace tfwasm {

// How an op handles dead values, those on a branch that is not taken. Normally a node with a dead
// input does not run, and its outputs are dead.
enum class Liveness : uint8_t {
  kNormal,
  kSwitch,  // outputs that it does not set are dead
  kMerge,   // runs if one input is alive; dead inputs are empty tensors
};

inline constexpr int kAnyNumber = 1 << 30;
inline constexpr int kNoArguments = -1;

struct OpDef {
  std::string_view name;
  NameList aliases = {};
  int min_inputs = 1;
  int max_inputs = 1;  // kAnyNumber for variadic ops
  // The number of outputs; nullptr for 1.
  int (*num_outputs)(const Node&) = nullptr;
  // Attributes without a default: a node without one of them is refused.
  NameList required_attrs = {};
  // Whether the attribute T is a list of dtypes. It is one dtype otherwise.
  bool has_type_list = false;
  // Names of the output arguments, for edges like "split:output:1" in library functions. Needed
  // only for ops with several output arguments.
  NameList output_names = {};

  void (*infer)(InferContext&) = nullptr;
  std::unique_ptr<Kernel> (*kernel)(const KernelContext&) = nullptr;
  // For ops on tensors, instead of a kernel. infer is then called with what is known; shapes may be
  // unknown. The executor checks the inferred outputs at run time.
  void (*run)(TensorContext&) = nullptr;

  // Bit i: output 0 may overwrite input i, if their sizes in bytes are equal.
  uint32_t in_place_inputs = 0;
  // Output i may overwrite input i, for each output.
  bool in_place_pairs = false;
  // Output 0 has the bytes of input 0 and another shape. There is no kernel.
  bool is_view = false;
  // For views that are common in eager calls: infers the shape of output 0 without a plan. Gets
  // min_inputs inputs. Returns nullopt if an input is invalid.
  std::optional<Shape> (*view_shape)(const std::vector<Tensor>& inputs) = nullptr;
  // Has random results or side effects: never folded or merged.
  bool is_stateful = false;
  // Takes or returns resources and variants. Other ops are never called with them.
  bool takes_handles = false;
  Liveness liveness = Liveness::kNormal;
  // The first of the inputs that are the arguments of every function in an attribute.
  int first_argument = kNoArguments;
  // The functions are called repeatedly: output i becomes input i.
  bool is_loop = false;
};

// Starts the definition of an op: TFWASM_OP kSquareOp{.name = "Square", ...};
#define TFWASM_OP TFWASM_REGISTER(ops) constexpr OpDef
// For ops that only gradient rules and optimizers use. Not in an unnamed namespace.
#define TFWASM_TRAINING_OP TFWASM_REGISTER_FOR_TRAINING(ops) constexpr OpDef

// All ops but those for training, in no particular order.
std::span<const OpDef> AllOps();
// Empty in the link for inference.
std::span<const OpDef> AllTrainingOps();
// nullptr if there is no such op.
const OpDef* FindOp(std::string_view name);
// The names of AllOps(), including aliases, in no particular order.
std::vector<std::string_view> RegisteredOps();
int NumOutputs(const OpDef& def, const Node& node);
// Resolves "node:name:index" in a library function: returns the position among the outputs of
// `producer` of element `index` of its output argument `name`.
int OutputPosition(const Node& producer, std::string_view name, int index);

}  // namespace tfwasm
