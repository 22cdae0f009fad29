// SPDX-License-Identifier: Apache-2.0
// Recurrent layers in float64, by their definitions, and random inputs for their ops.
#pragma once

#include <string>
#include <vector>

#include "kernels/activation_reference.h"
#include "ops/op_test.h"

namespace tfwasm {

// What ops/recurrent.h describes.
struct RecurrentCase {
  std::string op;
  int64_t batch = 2;
  int64_t steps = 3;
  int64_t units = 3;
  std::string activation = "tanh";
  std::string recurrent_activation = "sigmoid";
  bool go_backwards = false;
  bool reset_after = true;
  bool has_recurrent_bias = false;
  bool has_mask = false;
  bool zero_output_for_mask = false;
  bool has_dropout = false;
  bool keep_gates = false;

  bool IsLstm() const { return op == "_LstmSequence"; }
  bool IsGru() const { return op == "_GruSequence"; }
  int64_t Row() const { return units * (IsLstm() ? 4 : IsGru() ? 3 : 1); }
  // Without what is kept.
  size_t NumOutputs() const { return IsLstm() ? 3 : 2; }

  TestAttrs Attrs() const {
    TestAttrs attrs = {{"activation", activation.c_str()},
                       {"go_backwards", go_backwards},
                       {"has_mask", has_mask},
                       {"zero_output_for_mask", zero_output_for_mask},
                       {"has_dropout", has_dropout},
                       {"keep_gates", keep_gates}};
    if (IsLstm() || IsGru()) {
      attrs.push_back({"recurrent_activation", recurrent_activation.c_str()});
    }
    if (IsGru()) {
      attrs.push_back({"reset_after", reset_after});
      attrs.push_back({"has_recurrent_bias", has_recurrent_bias});
    }
    return attrs;
  }

  std::vector<Tensor> Inputs(TestRandom& random) const {
    const Shape states{batch, units};
    std::vector<Tensor> inputs{random.Floats({batch, steps, Row()}), random.Floats({units, Row()}),
                               random.Floats(states)};
    if (IsLstm()) inputs.push_back(random.Floats(states));
    if (has_recurrent_bias) inputs.push_back(random.Floats({Row()}));
    if (has_mask) {
      Tensor mask(DType::kBool, {batch, steps});
      for (uint8_t& value : mask.mutable_values<uint8_t>()) value = random.Int(0, 2) > 0 ? 1 : 0;
      inputs.push_back(std::move(mask));
    }
    if (has_dropout) {
      inputs.push_back(MakeF32(states, [&](size_t) { return random.Int(0, 1) * 1.5; }));
    }
    return inputs;
  }

  std::string Show() const {
    std::string text =
        StrCat(op, " ", batch, "x", steps, "x", units, " ", activation, " ", recurrent_activation);
    if (go_backwards) text += " backwards";
    if (IsGru()) text += reset_after ? " reset after" : " reset before";
    if (has_recurrent_bias) text += " bias";
    if (has_mask) text += " mask";
    if (zero_output_for_mask) text += " zeros";
    if (has_dropout) text += " dropout";
    return text;
  }
};

// sequence, h, and c for an LSTM.
class RecurrentReference {
 public:
  RecurrentReference(const RecurrentCase& c, const std::vector<Tensor>& inputs)
      : c_(c), inputs_(inputs), u_(static_cast<size_t>(c.units)) {
    size_t next = 3;
    if (c.IsLstm()) c0_ = next++;
    if (c.has_recurrent_bias) bias_ = next++;
    if (c.has_mask) mask_ = next++;
    if (c.has_dropout) dropout_ = next++;
  }

  std::vector<Tensor> Outputs() {
    std::vector<Tensor> outputs{Tensor(DType::kFloat32, {c_.batch, c_.steps, c_.units}),
                                Tensor(DType::kFloat32, {c_.batch, c_.units})};
    if (c_.IsLstm()) outputs.emplace_back(DType::kFloat32, Shape{c_.batch, c_.units});
    for (size_t n = 0; n < static_cast<size_t>(c_.batch); ++n) RunSequence(n, outputs);
    return outputs;
  }

 private:
  double In(size_t input, size_t i) const { return inputs_[input].values<float>()[i]; }
  double Kernel(size_t k, size_t column) const {
    return In(1, k * static_cast<size_t>(c_.Row()) + column);
  }
  static double Apply(const std::string& name, double x) {
    return FindReferenceActivation(name).value(x);
  }
  double Act(double x) const { return Apply(c_.activation, x); }
  double Gate(double x) const { return Apply(c_.recurrent_activation, x); }

  // The product of `left` and a column of the recurrent kernel.
  double Product(const std::vector<double>& left, size_t column) const {
    double sum = 0;
    for (size_t k = 0; k < u_; ++k) sum += left[k] * Kernel(k, column);
    return sum;
  }

  void RunSequence(size_t n, std::vector<Tensor>& outputs) {
    const auto steps = static_cast<size_t>(c_.steps);
    std::vector<double> h(u_);
    std::vector<double> c(u_);
    for (size_t j = 0; j < u_; ++j) {
      h[j] = In(2, n * u_ + j);
      if (c_.IsLstm()) c[j] = In(c0_, n * u_ + j);
    }
    std::vector<double> output(u_, 0.0);
    for (size_t step = 0; step < steps; ++step) {
      const size_t time = c_.go_backwards ? steps - 1 - step : step;
      const bool is_masked = c_.has_mask && inputs_[mask_].values<uint8_t>()[n * steps + time] == 0;
      if (!is_masked) {
        Step(n, n * steps + time, h, c);
        output = h;
      } else if (c_.zero_output_for_mask) {
        output.assign(u_, 0.0);
      }
      Write(output, outputs[0], (n * steps + step) * u_);
      // The next masked step repeats this output; the state is not affected by zeros.
    }
    Write(h, outputs[1], n * u_);
    if (c_.IsLstm()) Write(c, outputs[2], n * u_);
  }

  static void Write(const std::vector<double>& row, Tensor& tensor, size_t place) {
    for (size_t j = 0; j < row.size(); ++j) {
      tensor.mutable_values<float>()[place + j] = static_cast<float>(row[j]);
    }
  }

  void Step(size_t n, size_t row, std::vector<double>& h, std::vector<double>& c) const {
    std::vector<double> left = h;
    for (size_t j = 0; j < u_ && c_.has_dropout; ++j) left[j] *= In(dropout_, n * u_ + j);
    const auto z = [&](size_t column) {
      return In(0, row * static_cast<size_t>(c_.Row()) + column);
    };
    const auto bias = [&](size_t column) { return c_.has_recurrent_bias ? In(bias_, column) : 0; };
    const auto sum = [&](size_t column) {
      return z(column) + bias(column) + Product(left, column);
    };
    const std::vector<double> before = h;
    std::vector<double> reset_left = left;
    for (size_t j = 0; j < u_ && c_.IsGru(); ++j) reset_left[j] *= Gate(sum(u_ + j));
    for (size_t j = 0; j < u_; ++j) {
      if (c_.IsLstm()) {
        c[j] = Gate(sum(u_ + j)) * c[j] + Gate(sum(j)) * Act(sum(2 * u_ + j));
        h[j] = Gate(sum(3 * u_ + j)) * Act(c[j]);
      } else if (c_.IsGru()) {
        const size_t column = 2 * u_ + j;
        const double inner = c_.reset_after
                                 ? Gate(sum(u_ + j)) * (Product(left, column) + bias(column))
                                 : Product(reset_left, column);
        const double update = Gate(sum(j));
        h[j] = update * before[j] + (1 - update) * Act(z(column) + inner);
      } else {
        h[j] = Act(sum(j));
      }
    }
  }

  const RecurrentCase& c_;
  const std::vector<Tensor>& inputs_;
  size_t u_;
  size_t c0_ = 0;
  size_t bias_ = 0;
  size_t mask_ = 0;
  size_t dropout_ = 0;
};

}  // namespace tfwasm
