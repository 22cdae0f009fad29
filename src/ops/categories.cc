// SPDX-License-Identifier: Apache-2.0
// Ops of the layers on categories: EncodeCategories and HashToBins. They exist only here.
#include "ops/categories.h"

#include <algorithm>

#include "kernels/text/hash_bins.h"
#include "ops/element_text.h"

namespace tfwasm {

CategoryEncoder::CategoryEncoder(const AttrMap& attrs) : depth(attrs.RequireInt("depth")) {
  const std::string name = attrs.String("mode", "");
  if (name == "one_hot") {
    mode = CategoryMode::kOneHot;
  } else if (name == "multi_hot") {
    mode = CategoryMode::kMultiHot;
  } else if (name == "count") {
    mode = CategoryMode::kCount;
  } else {
    Throw(Code::kAttr, "'mode' must be one_hot, multi_hot or count, got '", name, "'");
  }
  if (depth < 1 || depth > int64_t{1} << 31) {
    Throw(Code::kAttr, "the number of categories must be positive, got ", depth);
  }
}

namespace {

// Inputs: int32 numbers and, for counts, weights of the same shape.
void InferEncode(InferContext& context) {
  const CategoryEncoder encoder(context.attrs());
  context.attrs().Bool("is_strict", false);
  context.ExpectDType(0, DType::kInt32, "the categories");
  if (context.num_inputs() > 1) {
    ExpectSpec(context, 1, DType::kFloat32, context.shape(0), "the weights");
  }
  Shape shape = context.shape(0);
  if (encoder.mode != CategoryMode::kOneHot && shape.rank() > 0) {
    shape = shape.Without(shape.rank() - 1);
  }
  shape.Append(encoder.depth);
  context.set_output(0, DType::kFloat32, shape);
}

std::unique_ptr<Kernel> EncodeKernel(const KernelContext& context) {
  const CategoryEncoder encoder(context.attrs());
  const int64_t total = context.shape(0).NumElements();
  const int64_t rows = context.output(0).shape.NumElements() / encoder.depth;
  return MakeKernel([=, per_row = rows == 0 ? 0 : total / rows, weighted = context.num_inputs() > 1,
                     is_strict = context.attrs().Bool("is_strict", false)](RunContext& run) {
    const auto* in = run.in<int32_t>(0);
    const float* weights = weighted ? run.in<float>(1) : nullptr;
    auto* out = run.out<float>(0);
    std::fill_n(out, rows * encoder.depth, 0.0f);
    for (int64_t i = 0; i < rows * per_row; ++i) {
      if (is_strict && (in[i] < 0 || in[i] >= encoder.depth)) {
        Throw(Code::kInput, "categories must be from 0 to ", encoder.depth - 1, ", got ", in[i]);
      }
      encoder.Mark(in[i], weighted ? weights[i] : 1, out + i / per_row * encoder.depth);
    }
  });
}

// The bins of elements; of several inputs, those of the combinations of their elements.
struct Hasher {
  explicit Hasher(const AttrMap& attrs)
      : bins(attrs.RequireInt("num_bins")),
        has_mask(attrs.Has("mask")),
        mask(attrs.String("mask", "")) {
    if (bins < 1 || bins > int64_t{1} << 31) {
      Throw(Code::kAttr, "the number of bins must be at least 1 and at most 2^31, got ", bins);
    }
    const std::vector<int64_t> words = attrs.Ints("key");
    if (words.size() == 2) {
      key = {.first = static_cast<uint64_t>(words[0]), .second = static_cast<uint64_t>(words[1])};
    }
  }

  int32_t BinOf(std::string_view text) const {
    // The mask has the first bin, unless that is the only one.
    const auto reserved = uint64_t{has_mask && bins > 1};
    if (reserved != 0 && text == mask) return 0;
    return static_cast<int32_t>(HashOf(key, text) % (static_cast<uint64_t>(bins) - reserved) +
                                reserved);
  }

  int64_t bins;
  bool has_mask;
  std::string mask;
  std::optional<SipKey> key;
};

void InferHash(InferContext& context) {
  [[maybe_unused]] const Hasher checked(context.attrs());
  for (int i = 0; i < context.num_inputs(); ++i) {
    ExpectTextOrInt(context, i);
    if (context.shape(i) == context.shape(0)) continue;
    Throw(Code::kShape, "the inputs must have the same shape, got ", context.shape(0), " and ",
          context.shape(i));
  }
  context.set_output(0, DType::kInt32, context.shape(0));
}

std::unique_ptr<Kernel> HashKernel(const KernelContext& context) {
  std::vector<DType> dtypes;
  for (int i = 0; i < context.num_inputs(); ++i) dtypes.push_back(context.dtype(i));
  return MakeKernel([dtypes, hasher = Hasher(context.attrs()),
                     count = context.shape(0).NumElements()](RunContext& run) {
    auto* out = run.out<int32_t>(0);
    if (dtypes.size() == 1) {
      ElementTexts texts(dtypes[0], run.in(0));
      for (int64_t i = 0; i < count; ++i) out[i] = hasher.BinOf(texts[i]);
      return;
    }
    constexpr uint64_t kStart = 0xDECAFCAFFE;
    for (int64_t i = 0; i < count; ++i) {
      uint64_t hash = kStart;
      for (size_t k = 0; k < dtypes.size(); ++k) {
        const int at = static_cast<int>(k);
        const bool is_text = dtypes[k] == DType::kString;
        hash = CombineHashes(hash, is_text ? HashOf({}, run.in<std::string>(at)[i])
                                           : static_cast<uint64_t>(run.in<int32_t>(at)[i]));
      }
      out[i] = static_cast<int32_t>(hash % static_cast<uint64_t>(hasher.bins));
    }
  });
}

}  // namespace

TFWASM_TRAINING_OP kEncodeOp{.name = "_EncodeCategories",
                             .min_inputs = 1,
                             .max_inputs = 2,
                             .infer = InferEncode,
                             .kernel = EncodeKernel};

TFWASM_TRAINING_OP kHashOp{
    .name = "_HashToBins", .max_inputs = kAnyNumber, .infer = InferHash, .kernel = HashKernel};

}  // namespace tfwasm
