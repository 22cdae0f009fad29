// SPDX-License-Identifier: Apache-2.0
#include "ops/op.h"

#include <unordered_map>
#include <utility>

namespace tfwasm {

namespace {

// Constant-initialized, since registrations run before main in any order.
constinit const OpRegistration* last_registration = nullptr;

using OpsByName = std::unordered_map<std::string_view, const OpDef*>;

const OpsByName& AllOps() {
  static const OpsByName* ops = [] {
    auto* by_name = new OpsByName;
    for (const auto* op = last_registration; op != nullptr; op = op->previous()) {
      by_name->emplace(op->def().name, &op->def());
      for (const std::string_view alias : op->def().aliases) by_name->emplace(alias, &op->def());
    }
    return by_name;
  }();
  return *ops;
}

}  // namespace

OpRegistration::OpRegistration(const OpDef& def) : def_(def), previous_(last_registration) {
  last_registration = this;
}

const OpDef* FindOp(std::string_view name) {
  const auto it = AllOps().find(name);
  return it == AllOps().end() ? nullptr : it->second;
}

std::vector<std::string_view> RegisteredOps() {
  std::vector<std::string_view> names;
  for (const auto& [name, def] : AllOps()) names.push_back(name);
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
