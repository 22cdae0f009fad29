// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

Tensor Crop(const Tensor& images, const std::vector<float>& boxes,
            const std::vector<int32_t>& indices, const std::vector<int32_t>& size,
            const TestAttrs& attrs = {}) {
  return RunOp("CropAndResize", attrs,
               {images, F32({static_cast<int64_t>(boxes.size()) / 4, 4}, boxes),
                I32({static_cast<int64_t>(indices.size())}, indices),
                I32({static_cast<int64_t>(size.size())}, size)});
}

}  // namespace

TEST_CASE("CropAndResize interpolates between corners") {
  const Tensor image = F32({1, 2, 2, 1}, {0, 10, 20, 30});
  ExpectTensor(Crop(image, {0, 0, 1, 1}, {0}, {3, 3}),
               F32({1, 3, 3, 1}, {0, 5, 10, 10, 15, 20, 20, 25, 30}));
  ExpectTensor(Crop(image, {1, 1, 0, 0}, {0}, {2, 2}), F32({1, 2, 2, 1}, {30, 20, 10, 0}));
  ExpectTensor(Crop(image, {0, 0, 1, 1}, {0}, {1, 1}), F32({1, 1, 1, 1}, {15}));
  ExpectTensor(Crop(image, {0, 0, 1, 1}, {0}, {1, 3}, {{"method", "nearest"}}),
               F32({1, 1, 3, 1}, {20, 30, 30}));
  ExpectTensor(Crop(I32({1, 1, 2, 1}, {1, 4}), {0, 0, 0, 1}, {0}, {1, 3}),
               F32({1, 1, 3, 1}, {1, 2.5, 4}));
}

TEST_CASE("CropAndResize: many channels, several images") {
  const int64_t channels = 37;
  const Tensor images = MakeF32({2, 1, 3, channels}, [](size_t i) { return i; });
  const Tensor out = Crop(images, {0, 0.25, 0, 0.25, 0, 1, 0, 1, 0, 0, 0, 0}, {1, 0, 0}, {1, 1});
  ExpectTensor(out,
               MakeF32({3, 1, 1, channels},
                       [&](size_t i) {
                         const size_t c = i % channels;
                         const double starts[] = {3.5 * channels, 2.0 * channels, 0};
                         return starts[i / channels] + static_cast<double>(c);
                       }),
               1e-5f);
}

TEST_CASE("CropAndResize: outside of the image") {
  const TestAttrs attrs{{"extrapolation_value", -1.0}};
  const Tensor image = F32({1, 2, 2, 1}, {0, 10, 20, 30});
  ExpectTensor(Crop(image, {0, -1, 1, 2}, {0}, {2, 4}, attrs),
               F32({1, 2, 4, 1}, {-1, 0, 10, -1, -1, 20, 30, -1}));
  ExpectTensor(Crop(image, {2, 0, 3, 1}, {0}, {2, 1}, attrs), F32({1, 2, 1, 1}, {-1, -1}));
  for (const float far : {kNan, kInf, -kInf, 1e38f}) {
    ExpectTensor(Crop(image, {far, 0, far, 1}, {0}, {1, 1}, attrs), F32({1, 1, 1, 1}, {-1}));
    ExpectTensor(Crop(image, {0, far, 1, far}, {0}, {1, 1}, attrs), F32({1, 1, 1, 1}, {-1}));
  }
}

TEST_CASE("CropAndResize: empty tensors and bad input") {
  const Tensor image = F32({1, 2, 2, 1}, {0, 10, 20, 30});
  ExpectTensor(Crop(image, {}, {}, {2, 3}), F32({0, 2, 3, 1}, {}));
  ExpectTensor(Crop(image, {0, 0, 1, 1}, {0}, {0, 3}), F32({1, 0, 3, 1}, {}));
  ExpectError(Code::kInput, [&] { Crop(image, {0, 0, 1, 1}, {1}, {1, 1}); });
  ExpectError(Code::kInput, [&] { Crop(image, {0, 0, 1, 1}, {-1}, {1, 1}); });
  ExpectError(Code::kShape, [&] { Crop(image, {0, 0, 1, 1}, {0, 0}, {1, 1}); });
  ExpectError(Code::kShape, [&] { Crop(image, {0, 0, 1, 1}, {0}, {1}); });
  ExpectError(Code::kShape, [&] { Crop(image, {0, 0, 1, 1}, {0}, {1, -1}); });
  ExpectError(Code::kLimit, [&] { Crop(image, {0, 0, 1, 1}, {0}, {1, kIntMax}); });
  ExpectError(Code::kShape, [&] { Crop(F32({1, 0, 2, 1}, {}), {0, 0, 1, 1}, {0}, {1, 1}); });
  ExpectError(Code::kShape, [&] { Crop(F32({2, 2, 1}, {0, 1, 2, 3}), {}, {}, {1, 1}); });
  ExpectError(Code::kDType, [&] { Crop(Bool({1, 1, 1, 1}, {1}), {}, {}, {1, 1}); });
  ExpectError(Code::kAttr, [&] { Crop(image, {}, {}, {1, 1}, {{"method", "cubic"}}); });
}

}  // namespace tfwasm
