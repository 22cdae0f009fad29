// SPDX-License-Identifier: Apache-2.0
#include "ops/op.h"

#include <unordered_map>
#include <utility>

namespace tfwasm {

// The bounds of the section of TFWASM_OP.
extern const OpDef first_op[] __asm__("__start_tfwasm_ops");
extern const OpDef ops_end[] __asm__("__stop_tfwasm_ops");
// And of TFWASM_TRAINING_OP.
[[gnu::weak]] extern const OpDef first_training_op[] __asm__("__start_tfwasm_training_ops");
[[gnu::weak]] extern const OpDef training_ops_end[] __asm__("__stop_tfwasm_training_ops");

namespace {

using OpMap = std::unordered_map<std::string_view, const OpDef*>;

const OpMap& OpsByName() {
  static const OpMap* ops = [] {
    auto* by_name = new OpMap;
    for (const OpDef& op : AllOps()) {
      by_name->emplace(op.name, &op);
      for (const std::string_view alias : op.aliases) by_name->emplace(alias, &op);
    }
    for (const OpDef& op : AllTrainingOps()) by_name->emplace(op.name, &op);
    return by_name;
  }();
  return *ops;
}

}  // namespace

std::span<const OpDef> AllOps() { return {first_op, ops_end}; }
std::span<const OpDef> AllTrainingOps() { return {first_training_op, training_ops_end}; }

const OpDef* FindOp(std::string_view name) {
  const auto it = OpsByName().find(name);
  return it == OpsByName().end() ? nullptr : it->second;
}

std::vector<std::string_view> RegisteredOps() {
  std::vector<std::string_view> names;
  for (const OpDef& op : AllOps()) {
    names.push_back(op.name);
    for (const std::string_view alias : op.aliases) names.push_back(alias);
  }
  return names;
}

int NumOutputs(const OpDef& def, const Node& node) {
  return def.num_outputs == nullptr ? 1 : def.num_outputs(node);
}

int OutputPosition(const Node& producer, std::string_view name, int index) {
  const OpDef* def = FindOp(producer.op);
  if (def == nullptr) return index;  // reported with all other unknown ops
  int arguments = 0;
  for ([[maybe_unused]] const std::string_view other : def->output_names) ++arguments;
  // Only the first output argument can be a list. Its size is what the others leave.
  int size = NumOutputs(*def, producer) - arguments + 1;
  int position = index;
  for (const std::string_view output_name : def->output_names) {
    if (output_name == name) return position;
    position += std::exchange(size, 1);
  }
  return index;
}

}  // namespace tfwasm
