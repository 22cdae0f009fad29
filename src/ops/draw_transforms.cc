// SPDX-License-Identifier: Apache-2.0
// Transforms for ImageProjectiveTransformV3 from random numbers. Exists only here. Formulas: Keras,
// keras/src/layers/preprocessing/image_preprocessing/.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "ops/arguments.h"
#include "ops/image_motion.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

struct MotionSpec {
  explicit MotionSpec(const AttrMap& attrs)
      : motion(static_cast<ImageMotion>(attrs.RequireInt("motion"))),
        numbers(attrs.Floats("numbers")),
        bottom(static_cast<float>(attrs.RequireInt("height") - 1)),
        right(static_cast<float>(attrs.RequireInt("width") - 1)) {
    if (motion <= ImageMotion::kCrop && numbers.size() == 4) return;
    Throw(Code::kAttr, "'motion' or 'numbers' is wrong");
  }

  // Writes a0 a1 a2 b0 b1 b2: the output pixel (x, y) is read from a0 x + a1 y + a2, b0 x + b1 y +
  // b2.
  void Draw(const float* random, float* t) const {
    const auto draw = [&](size_t i) {
      return numbers[2 * i] + random[i] * (numbers[2 * i + 1] - numbers[2 * i]);
    };
    const float first = draw(0);
    const float second = draw(1);
    t[0] = t[4] = 1;
    switch (motion) {
      case ImageMotion::kTranslation:
        t[2] = -second * (right + 1);
        t[5] = -first * (bottom + 1);
        return;
      case ImageMotion::kZoom:
        t[4] = 1 + first;
        t[0] = std::isnan(second) ? t[4] : 1 + second;
        t[2] = (1 - t[0]) * right / 2;
        t[5] = (1 - t[4]) * bottom / 2;
        return;
      case ImageMotion::kRotation: {
        const float angle = first * 2 * std::numbers::pi_v<float>;
        t[0] = t[4] = std::cos(angle);
        t[3] = std::sin(angle);
        t[1] = -t[3];
        t[2] = (right - (t[0] * right + t[1] * bottom)) / 2;
        t[5] = (bottom - (t[3] * right + t[4] * bottom)) / 2;
        return;
      }
      case ImageMotion::kShear: {
        const float sign = random[7] < 0.5f ? 1 : -1;
        t[1] = first * sign;
        t[3] = second * sign;
        return;
      }
      case ImageMotion::kPerspective:
        if (random[7] >= first) return;
        t[1] = second;
        t[0] = 1 + second;
        t[3] = numbers[2] + random[2] * (numbers[3] - numbers[2]);
        t[4] = 1 + t[3];
        return;
      case ImageMotion::kFlip:
        if (random[2] < first) {
          t[4] = -1;
          t[5] = bottom;
        }
        if (random[3] < second) {
          t[0] = -1;
          t[2] = right;
        }
        return;
      case ImageMotion::kCrop:
        t[5] = std::min(std::floor(random[0] * (numbers[0] + 1)), numbers[0]);
        t[2] = std::min(std::floor(random[1] * (numbers[1] + 1)), numbers[1]);
        return;
    }
  }

  ImageMotion motion;
  std::vector<float> numbers;
  float bottom;
  float right;
};

void InferDraw(InferContext& context) {
  [[maybe_unused]] const MotionSpec checked(context.attrs());
  ExpectSpec(context, 0, DType::kFloat32, {context.shape(0)[0], kMotionNumbers},
             "the random numbers");
  InferLikeInput(context);
}

std::unique_ptr<Kernel> DrawKernel(const KernelContext& context) {
  return MakeKernel(
      [count = context.shape(0)[0], spec = MotionSpec(context.attrs())](RunContext& run) {
        auto* out = run.out<float>(0);
        std::fill_n(out, 8 * count, 0.0f);
        for (int64_t i = 0; i < count; ++i) {
          spec.Draw(run.in<float>(0) + i * kMotionNumbers, out + 8 * i);
        }
      });
}

}  // namespace

TFWASM_TRAINING_OP kDrawTransformsOp{
    .name = "_DrawTransforms", .infer = InferDraw, .kernel = DrawKernel};

}  // namespace tfwasm
