// SPDX-License-Identifier: Apache-2.0
// Layers that rearrange what follows the batch.
#include <algorithm>

#include "core/error.h"
#include "layers/emit.h"
#include "layers/spatial.h"

namespace tfwasm {

namespace {

// The number of elements of each example.
int64_t ExampleSize(const Shape& shape) {
  if (shape.rank() == 0) Throw(Code::kShape, "a scalar has no batch");
  return shape.Without(0).NumElements();
}

class Flatten : public Layer {
 public:
  explicit Flatten(LayerConfig& config) : format_(ReadDataFormat(config)) {}

  void Call(CallContext& context) override {
    Operand x = context.input();
    if (x.shape().rank() > 2) x = ToChannelsLast(x, format_);
    context.set_output(BatchReshape(x, {ExampleSize(x.shape())}));
  }

 private:
  DataFormat format_;
};

class ReshapeLayer : public Layer {
 public:
  explicit ReshapeLayer(LayerConfig& config)
      : target_(config.MaybeInts("target_shape").value_or(std::vector<int64_t>())) {
    const bool is_bad =
        std::any_of(target_.begin(), target_.end(), [](int64_t dim) { return dim < -1; });
    if (!config.Has("target_shape") || is_bad || target_.size() >= Shape::kMaxRank ||
        std::count(target_.begin(), target_.end(), -1) > 1) {
      config.Fail("target_shape", "up to 7 sizes, one of which may be -1");
    }
  }

  void Call(CallContext& context) override {
    const Operand x = context.input();
    const int64_t size = ExampleSize(x.shape());
    std::vector<int64_t> dims = target_;
    const auto free = std::find(dims.begin(), dims.end(), -1);
    if (free != dims.end()) *free = 1;
    const int64_t known = Shape(dims).NumElements();
    if (free != dims.end() && known != 0) *free = size / known;
    // Else elements could move to other examples.
    if (Shape(dims).NumElements() != size) {
      Throw(Code::kShape, "cannot reshape each of ", x.shape(), " to ", Shape(target_));
    }
    context.set_output(BatchReshape(x, std::move(dims)));
  }

  // With an unknown size, so is that of -1.
  std::optional<std::vector<TensorSpec>> OutputSpecs(
      const std::vector<TensorSpec>& inputs) const override {
    const Shape& shape = inputs[0].shape;
    if (shape.rank() > 0 && shape.WithDim(0, 1).IsKnown()) return std::nullopt;
    std::vector<int64_t> dims = target_;
    dims.insert(dims.begin(), shape.rank() > 0 ? shape[0] : 1);
    return std::vector<TensorSpec>{{inputs[0].dtype, Shape(dims)}};
  }

 private:
  std::vector<int64_t> target_;
};

class Permute : public Layer {
 public:
  explicit Permute(LayerConfig& config) {
    for (const int64_t dim : config.MaybeInts("dims").value_or(std::vector<int64_t>())) {
      order_.push_back(static_cast<int>(std::clamp<int64_t>(dim, 0, Shape::kMaxRank)));
    }
    std::vector<int> sorted = order_;
    std::sort(sorted.begin(), sorted.end());
    for (size_t i = 0; i < sorted.size(); ++i) {
      if (sorted[i] != static_cast<int>(i)) config.Fail("dims", "the numbers from 1, in any order");
    }
  }

  void Call(CallContext& context) override {
    context.set_output(Transpose(context.input(), order_));
  }

 private:
  std::vector<int> order_{0};
};

class RepeatVector : public Layer {
 public:
  explicit RepeatVector(LayerConfig& config) : count_(ReadSize(config, "n")) {}

  void Call(CallContext& context) override {
    const Operand x = context.input();
    if (x.shape().rank() != 2) Throw(Code::kShape, "expected 2 dimensions, got ", x.shape());
    context.set_output(Binary("Tile", ExpandDims(x, 1), context.builder().Ints({1, count_, 1})));
  }

 private:
  int64_t count_;
};

}  // namespace

TFWASM_LAYER kFlatten{.name = "Flatten", .make = MakeLayer<Flatten>};
TFWASM_LAYER kReshape{.name = "Reshape", .make = MakeLayer<ReshapeLayer>};
TFWASM_LAYER kPermute{.name = "Permute", .make = MakeLayer<Permute>};
TFWASM_LAYER kRepeatVector{.name = "RepeatVector", .make = MakeLayer<RepeatVector>};

}  // namespace tfwasm
