// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "layers/emit.h"
#include "layers/resampling.h"
#include "layers/spatial.h"

namespace tfwasm {

namespace {

class UpSampling : public Layer {
 public:
  UpSampling(LayerConfig& config, int rank)
      : format_(SpatialFormat::OfImages(config, rank)),
        factors_(ReadSizes(config, "size", rank, 2)) {
    if (rank == 2) interpolation_ = ReadInterpolation(config, interpolation_);
  }

  void Call(CallContext& context) override {
    Operand x = context.input();
    if (format_.rank() == 3) return context.set_output(RepeatVolumes(x));
    x = format_.ToOp(x);
    const std::vector<int64_t> factors(format_.OpList(factors_));
    x = ResizeImages(x, factors[1] * x.shape()[1], factors[2] * x.shape()[2], interpolation_);
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
  std::string interpolation_ = "nearest";
};

}  // namespace

TFWASM_LAYER kUpSampling1d = SpatialLayer<UpSampling, 1>("UpSampling1D");
TFWASM_LAYER kUpSampling2d = SpatialLayer<UpSampling, 2>("UpSampling2D");
TFWASM_LAYER kUpSampling3d = SpatialLayer<UpSampling, 3>("UpSampling3D");

}  // namespace tfwasm
