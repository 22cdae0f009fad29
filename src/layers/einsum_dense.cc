// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>

#include "layers/activations.h"
#include "layers/layer.h"
#include "layers/projection.h"

namespace tfwasm {

namespace {

// The letters of "ab,bc->ac". An ellipsis may stand for other axes of the input and the output, in
// front of the letters or behind them.
struct Letters {
  Letters(LayerConfig& config, const std::string& equation) {
    std::string text = equation;
    const auto take_until = [&](std::string_view end) {
      const size_t at = end.empty() ? text.size() : text.find(end);
      if (at == std::string::npos) config.Fail("equation", kExpected);
      std::string part = text.substr(0, at);
      text.erase(0, at + end.size());
      std::erase(part, ' ');
      return part;
    };
    input = take_until(",");
    kernel = take_until("->");
    output = take_until("");
    is_ellipsis_first = input.starts_with("...");
    has_ellipsis = input.find('.') != std::string::npos;
    for (std::string* part : {&input, &output}) {
      if (has_ellipsis) TakeEllipsis(config, *part);
      Check(config, *part);
    }
    Check(config, kernel);
  }

  // The number of axes that a product of two matrices sums: the last of the input and the first of
  // the kernel; the output has the others in their order. 0 if the equation is of another form.
  int NumSummed() const {
    if (has_ellipsis && !is_ellipsis_first) return 0;
    for (size_t count = 1; count < kernel.size() && count <= input.size(); ++count) {
      const size_t kept = input.size() - count;
      if (kept == 0 && !has_ellipsis) break;
      const bool fits = input.substr(kept) == kernel.substr(0, count) &&
                        output == input.substr(0, kept) + kernel.substr(count);
      if (fits) return static_cast<int>(count);
    }
    return 0;
  }

  static constexpr std::string_view kExpected = "an equation such as \"...a,ab->...b\"";

  std::string input;
  std::string kernel;
  std::string output;
  bool has_ellipsis = false;
  bool is_ellipsis_first = false;

 private:
  void TakeEllipsis(const LayerConfig& config, std::string& part) const {
    const bool is_there = is_ellipsis_first ? part.starts_with("...") : part.ends_with("...");
    if (!is_there) config.Fail("equation", kExpected);
    part.erase(is_ellipsis_first ? 0 : part.size() - 3, 3);
  }

  static void Check(const LayerConfig& config, const std::string& part) {
    const bool fits = std::all_of(part.begin(), part.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
    if (!fits || part.empty()) config.Fail("equation", kExpected);
  }
};

// Shapes: Keras, keras/src/layers/core/einsum_dense.py.
class EinsumDense : public Layer {
 public:
  explicit EinsumDense(LayerConfig& config)
      : equation_(config.Text("equation", "")),
        letters_(config, equation_),
        sizes_(config.MaybeInts("output_shape").value_or(std::vector<int64_t>())),
        activation_(config, "activation"),
        bias_axes_(config.Has("bias_axes") ? config.Text("bias_axes", "") : ""),
        kernel_(config, "kernel", "glorot_uniform"),
        bias_(config, "bias", "zeros") {
    for (const char letter : bias_axes_) {
      if (letters_.output.find(letter) == std::string::npos) {
        config.Fail("bias_axes", "letters of the output");
      }
    }
  }

  void Build(BuildContext& context) override {
    const int elided = context.shape().rank() - static_cast<int>(letters_.input.size());
    if (elided < 0 || (elided > 0 && !letters_.has_ellipsis)) {
      Throw(Code::kShape, "the input ", context.shape(), " does not fit ", equation_);
    }
    Shape kernel;
    for (const char letter : letters_.kernel) kernel.Append(SizeOf(letter, context));
    context.AddWeight("kernel", kernel, kernel_);
    if (bias_axes_.empty()) return;
    // From the first of its axes to the end.
    Shape bias;
    for (const char letter : letters_.output.substr(letters_.output.find_first_of(bias_axes_))) {
      const bool is_axis = bias_axes_.find(letter) != std::string::npos;
      bias.Append(is_axis ? SizeOf(letter, context) : 1);
    }
    for (int i = 0; i < elided && !letters_.is_ellipsis_first; ++i) bias.Append(1);
    context.AddWeight("bias", bias, bias_);
  }

  void Call(CallContext& context) override {
    const Operand x = context.input();
    const Operand kernel = context.weight(0);
    const Operand bias = bias_axes_.empty() ? Operand() : context.weight(1);
    const int summed = letters_.NumSummed();
    const auto columns = kernel.shape().dims().subspan(static_cast<size_t>(summed));
    if (summed > 0 && (bias.empty() || bias.shape() == Shape(columns))) {
      context.set_output(Project(x, kernel, bias, summed, activation_));
      return;
    }
    Operand y = context.builder().Emit("Einsum", {x, kernel}, {{"N", 2}, {"equation", equation_}});
    if (!bias.empty()) y = y + bias;
    context.set_output(activation_(y));
  }

 private:
  // Of the output, else of the input.
  int64_t SizeOf(char letter, const BuildContext& context) const {
    const size_t output = letters_.output.find(letter);
    if (output != std::string::npos) {
      const std::optional<int64_t> size = OutputSize(output);
      if (size) return *size;
    }
    const size_t input = letters_.input.find(letter);
    if (input == std::string::npos) {
      Throw(Code::kShape, "the size of '", letter, "' in ", equation_, " is not known");
    }
    const auto axis = static_cast<int>(input);
    const auto count = static_cast<int>(letters_.input.size());
    return context.dim(letters_.is_ellipsis_first ? axis - count : axis);
  }

  // Of a letter of the output by output_shape, which leaves out the batch.
  std::optional<int64_t> OutputSize(size_t index) const {
    const size_t from_end = letters_.output.size() - index;
    const size_t at = letters_.is_ellipsis_first ? sizes_.size() - from_end : index - 1;
    return at < sizes_.size() && sizes_[at] > 0 ? std::optional(sizes_[at]) : std::nullopt;
  }

  std::string equation_;
  Letters letters_;
  std::vector<int64_t> sizes_;
  LayerActivation activation_;
  std::string bias_axes_;
  WeightOptions kernel_;
  WeightOptions bias_;
};

}  // namespace

TFWASM_LAYER kEinsumDense{.name = "EinsumDense", .make = MakeLayer<EinsumDense>};

}  // namespace tfwasm
