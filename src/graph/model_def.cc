// SPDX-License-Identifier: Apache-2.0
#include "graph/model_def.h"

namespace tfwasm {

void TakePlaceholderInfo(const Node& node, TensorInfo& info) {
  if (!node.op.starts_with("Placeholder")) return;
  const auto* dtype = std::get_if<DType>(node.attrs.Find("dtype"));
  if (dtype != nullptr && *dtype != DType::kInvalid) info.dtype = *dtype;
  const Shape shape =
      Blaming(node, [&] { return node.attrs.ShapeOr("shape", Shape::UnknownRank()); });
  if (shape.rank_known()) info.shape = shape;
}

}  // namespace tfwasm
