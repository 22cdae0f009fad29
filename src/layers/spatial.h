// SPDX-License-Identifier: Apache-2.0
// What layers on sequences, images and volumes share. Their data is [N, spatial dimensions..., C],
// or [N, C, spatial dimensions...] if "data_format" is "channels_first".
#pragma once

#include <string_view>
#include <vector>

#include "layers/layer.h"
#include "ops/window_gradients.h"

namespace tfwasm {

// For layers with several ranks: SpatialLayer<Conv, 2>("Conv2D").
template <typename T, auto... kArguments>
constexpr LayerDef SpatialLayer(std::string_view name, NameList aliases = {}) {
  return {.name = name, .aliases = aliases, .make = MakeLayer<T, kArguments...>};
}

// One positive integer, or one for each spatial dimension. `fallback` 0: the key is required.
std::vector<int64_t> ReadSizes(LayerConfig& config, std::string_view key, int rank,
                               int64_t fallback = 0);
int64_t ReadSize(LayerConfig& config, std::string_view key, int64_t fallback = 0);

// "data_format".
DataFormat ReadDataFormat(LayerConfig& config);

class SpatialFormat {
 public:
  // `rank`: the number of spatial dimensions, 1 to 3. Channels are last.
  explicit SpatialFormat(int rank) : rank_(rank) {}
  // Reads "data_format".
  SpatialFormat(LayerConfig& config, int rank);
  // Reads it only for images and volumes: layers on sequences have no such key.
  static SpatialFormat OfImages(LayerConfig& config, int rank) {
    return rank == 1 ? SpatialFormat(1) : SpatialFormat(config, rank);
  }

  int rank() const { return rank_; }
  bool is_channels_last() const { return format_ == DataFormat::kChannelsLast; }
  int channel_axis() const { return is_channels_last() ? rank_ + 1 : 1; }
  int first_axis() const { return is_channels_last() ? 1 : 2; }
  std::vector<int> SpatialAxes() const;
  // Throws E_SHAPE unless there are a batch, channels and the spatial dimensions.
  void CheckRank(const Shape& shape) const;

  Operand ToLast(const Operand& x) const;
  Operand FromLast(const Operand& y) const { return FromChannelsLast(y, format_); }
  // As ops need it: channels last, and sequences as images of height 1.
  Operand ToOp(const Operand& x) const;
  Operand FromOp(const Operand& y) const;
  // The filter of an op. Sequences: of height 1.
  Operand ToOpFilter(const Operand& filter) const;
  // A list attribute of an op, from the numbers for the spatial dimensions.
  std::vector<int64_t> OpList(const std::vector<int64_t>& sizes) const;

 private:
  int rank_;
  DataFormat format_ = DataFormat::kChannelsLast;
};

// A layer that moves a window.
class WindowLayer : public Layer {
 public:
  int64_t trial_scale() const override;

 protected:
  // Reads the size of the window, "data_format" and "padding". Strides and dilations are 1.
  WindowLayer(LayerConfig& config, int rank, std::string_view size_key, int64_t default_size);

  int rank() const { return format_.rank(); }
  // The window along a spatial dimension.
  WindowAxis Axis(int i) const;
  // "strides", "padding" and, if they are not all 1, "dilations".
  AttrMap OpAttrs() const;

  SpatialFormat format_;
  std::vector<int64_t> sizes_;
  std::vector<int64_t> strides_;
  std::vector<int64_t> dilations_;
  std::string padding_;
};

}  // namespace tfwasm
