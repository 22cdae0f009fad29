// SPDX-License-Identifier: Apache-2.0
#include "graph/model_def.h"

namespace tfwasm {

void TakePlaceholderInfo(const Node& node, TensorInfo& info) {
  if (!node.op.starts_with("Placeholder")) return;
  const auto& attrs = node.attrs.values();
  const auto it = attrs.find("dtype");
  const auto* dtype = it == attrs.end() ? nullptr : std::get_if<DType>(&it->second);
  if (dtype != nullptr && *dtype != DType::kInvalid) info.dtype = *dtype;
  try {
    const Shape shape = node.attrs.ShapeOr("shape", Shape::UnknownRank());
    if (shape.rank_known()) info.shape = shape;
  } catch (Error& error) {
    error.Blame(node.op, node.name);
    throw;
  }
}

}  // namespace tfwasm
