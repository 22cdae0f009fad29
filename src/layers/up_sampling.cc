// SPDX-License-Identifier: Apache-2.0
#include "layers/emit.h"
#include "layers/spatial.h"

namespace tfwasm {

namespace {

class UpSampling : public Layer {
 public:
  UpSampling(LayerConfig& config, int rank)
      : format_(SpatialFormat::OfImages(config, rank)),
        factors_(ReadSizes(config, "size", rank, 2)) {
    if (rank != 2) return;
    // With whole factors, the area method is the nearest one.
    is_bilinear_ =
        config.OneOf("interpolation", "nearest", {"nearest", "bilinear", "area"}) == "bilinear";
  }

  void Call(CallContext& context) override {
    Operand x = context.input();
    if (format_.rank() == 3) return context.set_output(RepeatVolumes(x));
    x = format_.ToOp(x);
    std::vector<int64_t> sizes(format_.OpList(factors_));
    sizes = {sizes[1] * x.shape()[1], sizes[2] * x.shape()[2]};
    Builder& builder = context.builder();
    x = builder.Emit(is_bilinear_ ? "ResizeBilinear" : "ResizeNearestNeighbor",
                     {x, builder.Ints(sizes)}, {{"half_pixel_centers", true}});
    context.set_output(format_.FromOp(x));
  }

 private:
  Operand RepeatVolumes(Operand x) const {
    format_.CheckRank(x.shape());
    for (int i = 0; i < format_.rank(); ++i) {
      const int axis = format_.first_axis() + i;
      const int64_t factor = factors_[static_cast<size_t>(i)];
      Tensor positions(DType::kInt32, {x.shape()[axis] * factor});
      int64_t at = 0;
      for (int32_t& position : positions.mutable_values<int32_t>()) {
        position = static_cast<int32_t>(at++ / factor);
      }
      x = Gather(x, x.builder().Const(std::move(positions)), axis);
    }
    return x;
  }

  SpatialFormat format_;
  std::vector<int64_t> factors_;
  bool is_bilinear_ = false;
};

}  // namespace

TFWASM_LAYER kUpSampling1d = SpatialLayer<UpSampling, 1>("UpSampling1D");
TFWASM_LAYER kUpSampling2d = SpatialLayer<UpSampling, 2>("UpSampling2D");
TFWASM_LAYER kUpSampling3d = SpatialLayer<UpSampling, 3>("UpSampling3D");

}  // namespace tfwasm
