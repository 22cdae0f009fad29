// SPDX-License-Identifier: Apache-2.0
#include "layers/spatial.h"

#include <algorithm>

#include "core/error.h"
#include "layers/emit.h"

namespace tfwasm {

namespace {

// That of windows and strides in ops.
constexpr int64_t kLargestSize = 1 << 24;

bool AreSizes(const std::vector<int64_t>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](int64_t value) { return value >= 1 && value <= kLargestSize; });
}

}  // namespace

std::vector<int64_t> ReadSizes(LayerConfig& config, std::string_view key, int rank,
                               int64_t fallback) {
  std::vector<int64_t> values = config.Ints(key, static_cast<size_t>(rank), fallback);
  if (!AreSizes(values)) config.Fail(key, "integers from 1 to 16777216");
  return values;
}

int64_t ReadSize(LayerConfig& config, std::string_view key, int64_t fallback) {
  const int64_t value = config.Int(key, fallback);
  if (!AreSizes({value})) config.Fail(key, "an integer from 1 to 16777216");
  return value;
}

DataFormat ReadDataFormat(LayerConfig& config) {
  const std::string format =
      config.OneOf("data_format", "channels_last", {"channels_last", "channels_first"});
  return format == "channels_first" ? DataFormat::kChannelsFirst : DataFormat::kChannelsLast;
}

SpatialFormat::SpatialFormat(LayerConfig& config, int rank)
    : rank_(rank), format_(ReadDataFormat(config)) {}

std::vector<int> SpatialFormat::SpatialAxes() const {
  std::vector<int> axes;
  for (int i = 0; i < rank_; ++i) axes.push_back(first_axis() + i);
  return axes;
}

void SpatialFormat::CheckRank(const Shape& shape) const {
  if (shape.rank() == rank_ + 2) return;
  Throw(Code::kShape, "expected ", rank_ + 2, " dimensions, got ", shape);
}

Operand SpatialFormat::ToLast(const Operand& x) const {
  CheckRank(x.shape());
  return ToChannelsLast(x, format_);
}

Operand SpatialFormat::ToOp(const Operand& x) const {
  const Operand last = ToLast(x);
  return rank_ == 1 ? ExpandDims(last, 1) : last;
}

Operand SpatialFormat::FromOp(const Operand& y) const {
  if (rank_ > 1) return FromLast(y);
  const std::vector<int64_t> height{1};
  return FromLast(y.builder().Emit("Squeeze", {y}, {{"squeeze_dims", height}}));
}

Operand SpatialFormat::ToOpFilter(const Operand& filter) const {
  return rank_ == 1 ? ExpandDims(filter, 0) : filter;
}

std::vector<int64_t> SpatialFormat::OpList(const std::vector<int64_t>& sizes) const {
  std::vector<int64_t> list(rank_ == 1 ? 2 : 1, 1);
  list.insert(list.end(), sizes.begin(), sizes.end());
  list.push_back(1);
  return list;
}

WindowLayer::WindowLayer(LayerConfig& config, int rank, std::string_view size_key,
                         int64_t default_size)
    : format_(config, rank),
      sizes_(ReadSizes(config, size_key, rank, default_size)),
      strides_(sizes_.size(), 1),
      dilations_(sizes_.size(), 1),
      padding_(config.OneOf("padding", "valid", {"valid", "same", "causal"})) {
  if (padding_ == "causal" && rank > 1) config.Fail("padding", "valid or same");
}

WindowAxis WindowLayer::Axis(int i) const {
  const auto at = static_cast<size_t>(i);
  return {.size = sizes_[at],
          .stride = strides_[at],
          .dilation = dilations_[at],
          .padding = padding_ == "same" ? Padding::kSame : Padding::kValid};
}

int64_t WindowLayer::trial_scale() const {
  int64_t scale = 1;
  for (int i = 0; i < rank(); ++i) scale = std::max(scale, 1 + Axis(i).extent() / kTrialSize);
  return scale;
}

AttrMap WindowLayer::OpAttrs() const {
  AttrMap attrs;
  attrs.Set("strides", format_.OpList(strides_));
  const bool is_dilated = std::any_of(dilations_.begin(), dilations_.end(),
                                      [](int64_t dilation) { return dilation > 1; });
  if (is_dilated) attrs.Set("dilations", format_.OpList(dilations_));
  attrs.Set("padding", std::string(padding_ == "same" ? "SAME" : "VALID"));
  if (padding_ == "causal") {
    const int64_t before = Axis(0).extent() - 1;
    attrs.Set("padding", std::string("EXPLICIT"));
    attrs.Set("explicit_paddings", std::vector<int64_t>{0, 0, 0, 0, before, 0, 0, 0});
  }
  return attrs;
}

}  // namespace tfwasm
