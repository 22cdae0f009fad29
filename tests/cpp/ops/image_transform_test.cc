// SPDX-License-Identifier: Apache-2.0
#include <numbers>

#include "ops/op_test.h"

namespace tfwasm {

namespace {

Tensor Transform(const Tensor& images, const std::vector<float>& rows,
                 const std::vector<int32_t>& size, const TestAttrs& attrs, float fill = 0) {
  return RunOp("ImageProjectiveTransformV3", attrs,
               {images, F32({static_cast<int64_t>(rows.size()) / 8, 8}, rows),
                I32({static_cast<int64_t>(size.size())}, size), F32({}, {fill})});
}

// Six pixels. The second is the first pixel of the image.
Tensor Shifted(const char* mode, const char* interpolation, float by = 1) {
  return Transform(F32({1, 1, 3, 1}, {10, 20, 30}), {1, 0, -by, 0, 1, 0, 0, 0}, {1, 8},
                   {{"fill_mode", mode}, {"interpolation", interpolation}}, 5)
      .Reshaped({8});
}

Tensor Rotate(const Tensor& images, double radians, const std::vector<float>& center,
              const std::vector<float>& fill = {0}) {
  return RunOp("RotateWithOffset", {{"radians", radians}, {"center", center}, {"fill_value", fill}},
               {images});
}

}  // namespace

TEST_CASE("ImageProjectiveTransformV3: fill modes") {
  ExpectTensor(Shifted("CONSTANT", "NEAREST"), F32({8}, {5, 10, 20, 30, 5, 5, 5, 5}));
  ExpectTensor(Shifted("NEAREST", "NEAREST"), F32({8}, {10, 10, 20, 30, 30, 30, 30, 30}));
  ExpectTensor(Shifted("REFLECT", "NEAREST"), F32({8}, {10, 10, 20, 30, 30, 20, 10, 10}));
  // Like TensorFlow, which subtracts too much more than a pixel beyond the end, and then clamps.
  ExpectTensor(Shifted("WRAP", "NEAREST"), F32({8}, {30, 10, 20, 30, 10, 10, 10, 10}));
  ExpectTensor(Shifted("CONSTANT", "BILINEAR", 0.5f), F32({8}, {7.5, 15, 25, 17.5, 5, 5, 5, 5}));
  ExpectTensor(Shifted("REFLECT", "BILINEAR", 4), F32({8}, {30, 30, 20, 10, 10, 20, 30, 30}));
}

TEST_CASE("ImageProjectiveTransformV3: coordinates that are nowhere") {
  const Tensor image = F32({1, 2, 2, 1}, {1, 2, 3, 4});
  for (const char* mode : {"CONSTANT", "NEAREST", "REFLECT", "WRAP"}) {
    for (const char* interpolation : {"NEAREST", "BILINEAR"}) {
      for (const float far : {kNan, kInf, -kInf, 3e38f, -3e38f, 1e10f}) {
        INFO(mode, " ", interpolation, " ", far);
        const TestAttrs attrs{{"fill_mode", mode}, {"interpolation", interpolation}};
        const Tensor out = Transform(image, {1, 0, far, 0, 1, 0, 0, 0}, {2, 2}, attrs, 9);
        const bool is_filled = std::isnan(far) || std::string_view(mode) == "CONSTANT";
        for (const float x : out.values<float>()) CHECK((x == 9 || !is_filled));
        Transform(image, {far, far, far, far, far, far, far, far}, {2, 2}, attrs, 9);
      }
    }
  }
}

TEST_CASE("ImageProjectiveTransformV3: batches, channels and int32") {
  const Tensor images = MakeF32({2, 2, 3, 19}, [](size_t i) { return i; });
  const std::vector<float> same{1, 0, 0, 0, 1, 0, 0, 0};
  const std::vector<float> below{1, 0, 0, 0, 1, 1, 0, 0};
  const TestAttrs bilinear{{"interpolation", "BILINEAR"}};
  ExpectTensor(Transform(images, same, {2, 3}, bilinear), images);
  ExpectTensor(Transform(images, same, {2, 3}, {}), images);
  std::vector<float> both = same;
  both.insert(both.end(), below.begin(), below.end());
  ExpectTensor(Transform(images, both, {2, 3}, bilinear, -1), MakeF32(images.shape(), [](size_t i) {
                 if (i < 2 * 3 * 19) return static_cast<double>(i);
                 return i < 3 * 3 * 19 ? static_cast<double>(i + 3 * 19) : -1.0;
               }));
  const Tensor ints = I32({1, 1, 2, 1}, {kIntMax, -7});
  ExpectTensor(Transform(ints, same, {1, 3}, {}, -3), I32({1, 1, 3, 1}, {kIntMax, -7, -3}));
  // The float32 closest to the greatest int32 is 2^31, which does not fit in int32.
  ExpectTensor(Transform(ints, same, {1, 3}, bilinear, -3),
               I32({1, 1, 3, 1}, {2147483520, -7, -3}));
  ExpectTensor(Transform(I32({1, 1, 2, 1}, {1, 4}), {1, 0, 0.5, 0, 1, 0, 0, 0}, {1, 1}, bilinear),
               I32({1, 1, 1, 1}, {2}));
}

TEST_CASE("ImageProjectiveTransformV3: empty tensors and bad input") {
  const Tensor image = F32({1, 1, 2, 1}, {1, 2});
  const std::vector<float> same{1, 0, 0, 0, 1, 0, 0, 0};
  ExpectTensor(Transform(F32({0, 1, 2, 1}, {}), same, {2, 3}, {}), F32({0, 2, 3, 1}, {}));
  ExpectTensor(Transform(image, same, {0, 3}, {}), F32({1, 0, 3, 1}, {}));
  ExpectError(Code::kShape, [&] { Transform(F32({1, 0, 2, 1}, {}), same, {2, 3}, {}); });
  ExpectError(Code::kShape, [&] { Transform(image, {}, {1, 1}, {}); });
  ExpectError(Code::kShape, [&] { Transform(image, same, {1, 1, 1}, {}); });
  ExpectError(Code::kAttr, [&] { Transform(image, same, {1, 1}, {{"fill_mode", "MIRROR"}}); });
  ExpectError(Code::kAttr, [&] { Transform(image, same, {1, 1}, {{"interpolation", "CUBIC"}}); });
  ExpectError(Code::kInput, [&] { Transform(I32({1, 1, 1, 1}, {1}), same, {1, 1}, {}, 1e10f); });
  ExpectError(Code::kInput, [&] { Transform(I32({1, 1, 1, 1}, {1}), same, {1, 1}, {}, kNan); });
}

TEST_CASE("RotateWithOffset") {
  constexpr double kPi = std::numbers::pi;
  const Tensor image = F32({1, 2, 3, 1}, {1, 2, 3, 4, 5, 6});
  ExpectTensor(Rotate(image, 0, {0.3f, 0.8f}), image);
  // About pixel (0, 0): the value at (x, y) comes from (-y, x).
  ExpectTensor(Rotate(image, kPi / 2, {0}, {9}), F32({1, 2, 3, 1}, {1, 4, 9, 9, 9, 9}));
  // About pixel (1, 0).
  ExpectTensor(Rotate(image, kPi, {1.0f / 3, 0}, {9}), F32({1, 2, 3, 1}, {3, 2, 1, 9, 9, 9}));
  ExpectTensor(Rotate(F32({1, 1, 1, 4}, {1, 2, 3, 4}), 1, {9, 9}, {5, 6, 7}),
               F32({1, 1, 1, 4}, {5, 6, 7, 255}));
  ExpectTensor(Rotate(F32({0, 1, 1, 4}, {}), 1, {0.5f}, {5, 6}), F32({0, 1, 1, 4}, {}));
  ExpectTensor(Rotate(image, 1, {kInf}), MakeF32({1, 2, 3, 1}, [](size_t) { return 0; }));
  ExpectError(Code::kAttr, [&] { Rotate(image, kNan, {0}); });
  ExpectError(Code::kAttr, [&] { Rotate(image, 1, {0, 0, 0}); });
  ExpectError(Code::kAttr, [&] { Rotate(image, 1, {0}, {1, 2}); });
  ExpectError(Code::kAttr, [&] { RunOp("RotateWithOffset", {}, {image}); });
  ExpectError(Code::kShape, [&] { Rotate(F32({1, 1, 1}, {1}), 1, {0}); });
  ExpectError(Code::kDType, [&] { Rotate(I32({1, 1, 1, 1}, {1}), 1, {0}); });
}

}  // namespace tfwasm
