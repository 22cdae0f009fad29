// SPDX-License-Identifier: Apache-2.0
// Cropping and zero padding.
#include <algorithm>

#include "core/error.h"
#include "layers/spatial.h"

namespace tfwasm {

namespace {

// Elements to remove or add before and after each spatial dimension.
class Borders : public Layer {
 public:
  int64_t trial_scale() const override {
    int64_t most = 0;
    for (const int64_t size : sizes_) most = std::max(most, size);
    return 1 + 2 * most / kTrialSize;
  }

 protected:
  // The key `key` is one integer for all, or lists an integer or a pair for each dimension. Of
  // sequences, two integers are a pair.
  Borders(LayerConfig& config, int rank, std::string_view key, SpatialFormat format)
      : format_(format) {
    config.Value(key, 1);
    const Json& json = config.Given(key);
    const Json::Array* list = json.AsArray();
    const auto count = static_cast<size_t>(rank);
    const bool is_pair = list != nullptr && rank == 1 && list->size() == 2;
    if (list != nullptr && !is_pair && list->size() != count) config.Fail(key, kExpected);
    for (size_t i = 0; i < 2 * count; ++i) {
      const Json* item = list == nullptr ? &json : &(*list)[is_pair ? i : i / 2];
      const Json::Array* pair = item->AsArray();
      if (pair != nullptr && pair->size() == 2) item = &(*pair)[i % 2];
      const int64_t size = json.is_null() ? 1 : item->AsInt().value_or(-1);
      if (size < 0 || size > kMost) config.Fail(key, kExpected);
      sizes_.push_back(size);
    }
  }

  int64_t before(int i) const { return sizes_[static_cast<size_t>(2 * i)]; }
  int64_t after(int i) const { return sizes_[static_cast<size_t>(2 * i + 1)]; }

  SpatialFormat format_;

 private:
  static constexpr int64_t kMost = 1 << 24;
  static constexpr const char* kExpected =
      "an integer from 0 to 16777216, or one or a pair for each dimension";

  std::vector<int64_t> sizes_;
};

class Cropping : public Borders {
 public:
  Cropping(LayerConfig& config, int rank)
      : Borders(config, rank, "cropping", SpatialFormat::OfImages(config, rank)) {}

  void Call(CallContext& context) override {
    const Operand x = context.input();
    const Shape& shape = x.shape();
    format_.CheckRank(shape);
    std::vector<int64_t> begins(static_cast<size_t>(shape.rank()), 0);
    std::vector<int64_t> sizes(begins.size(), -1);
    for (int i = 0; i < format_.rank(); ++i) {
      const auto axis = static_cast<size_t>(format_.first_axis() + i);
      begins[axis] = before(i);
      sizes[axis] = shape[static_cast<int>(axis)] - before(i) - after(i);
      if (sizes[axis] < 1) Throw(Code::kShape, "nothing would be left of ", shape);
    }
    Builder& builder = context.builder();
    context.set_output(builder.Emit("Slice", {x, builder.Ints(begins), builder.Ints(sizes)}));
  }
};

class ZeroPadding : public Borders {
 public:
  // In Keras 2, ZeroPadding1D has no data format.
  ZeroPadding(LayerConfig& config, int rank)
      : Borders(config, rank, "padding",
                rank == 1 && config.generation() == Generation::kKeras2
                    ? SpatialFormat(1)
                    : SpatialFormat(config, rank)) {}

  void Call(CallContext& context) override {
    const Operand x = context.input();
    format_.CheckRank(x.shape());
    Tensor paddings(DType::kInt32, {x.shape().rank(), 2});
    const auto values = paddings.mutable_values<int32_t>();
    std::fill(values.begin(), values.end(), 0);
    for (int i = 0; i < format_.rank(); ++i) {
      const auto at = static_cast<size_t>(2 * (format_.first_axis() + i));
      values[at] = static_cast<int32_t>(before(i));
      values[at + 1] = static_cast<int32_t>(after(i));
    }
    Builder& builder = context.builder();
    context.set_output(builder.Emit("Pad", {x, builder.Const(std::move(paddings))}));
  }
};

}  // namespace

TFWASM_LAYER kCropping1d = SpatialLayer<Cropping, 1>("Cropping1D");
TFWASM_LAYER kCropping2d = SpatialLayer<Cropping, 2>("Cropping2D");
TFWASM_LAYER kCropping3d = SpatialLayer<Cropping, 3>("Cropping3D");
TFWASM_LAYER kZeroPadding1d = SpatialLayer<ZeroPadding, 1>("ZeroPadding1D");
TFWASM_LAYER kZeroPadding2d = SpatialLayer<ZeroPadding, 2>("ZeroPadding2D");
TFWASM_LAYER kZeroPadding3d = SpatialLayer<ZeroPadding, 3>("ZeroPadding3D");

}  // namespace tfwasm
