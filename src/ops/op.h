// SPDX-License-Identifier: Apache-2.0
// What an op says about itself. One file under src/ops/ defines one op or a tight family with
// TFWASM_OP; nothing else in the tree has to hear of it.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/name_list.h"
#include "core/registry.h"
#include "graph/graph.h"
#include "ops/op_context.h"

namespace tfwasm {

// How an op treats the values on a branch that is not taken. Such a value is dead: what reads it is
// not run, and dead too.
enum class Liveness : uint8_t {
  kNormal,
  kSwitch,  // leaves outputs that it does not set dead
  kMerge,   // is run when one of its inputs is alive; the others are empty tensors
};

inline constexpr int kAnyNumber = 1 << 30;
inline constexpr int kNoArguments = -1;

struct OpDef {
  std::string_view name;
  NameList aliases = {};
  int min_inputs = 1;
  int max_inputs = 1;  // kAnyNumber for variadic ops
  // Number of outputs, where it is not 1.
  int (*num_outputs)(const Node&) = nullptr;
  // Names of the output arguments, for edges like "split:output:1" inside library functions;
  // needed only by ops with more than one output argument.
  NameList output_names = {};

  void (*infer)(InferContext&) = nullptr;
  std::unique_ptr<Kernel> (*kernel)(const KernelContext&) = nullptr;
  // Instead of a kernel: works on whole tensors. Then infer is called with whatever is known, also
  // with shapes that are not; what it says of the outputs is checked when they are there.
  void (*run)(TensorContext&) = nullptr;

  // Output 0 may be written over input i, for each bit i, when their byte sizes are equal.
  uint32_t in_place_inputs = 0;
  // Output 0 has the very bytes of input 0 under another shape: no kernel is run.
  bool is_view = false;
  // Results differ from run to run (random numbers) or have effects: never folded or shared.
  bool is_stateful = false;
  // Takes or makes resources and variants; all other ops are kept from them.
  bool takes_handles = false;
  Liveness liveness = Liveness::kNormal;
  // The inputs from this one on are the arguments of every function that an attribute names.
  int first_argument = kNoArguments;
  // The functions are called again with what one of them returned: output i becomes input i.
  bool is_loop = false;
};

// Starts the definition of an op: TFWASM_OP kSquareOp{.name = "Square", ...};
#define TFWASM_OP TFWASM_REGISTER(ops) constexpr OpDef

// All of them, in no particular order.
std::span<const OpDef> AllOps();
// nullptr when there is no such op.
const OpDef* FindOp(std::string_view name);
// Their names and aliases, in no particular order.
std::vector<std::string_view> RegisteredOps();
int NumOutputs(const OpDef& def, const Node& node);
// The position among the outputs of `producer` of element `index` of its output argument `name`:
// what "node:name:index" in a library function means.
int OutputPosition(const Node& producer, std::string_view name, int index);

}  // namespace tfwasm
