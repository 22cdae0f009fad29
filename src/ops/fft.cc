// SPDX-License-Identifier: Apache-2.0
// Fourier transforms along the last axis: FFT, IFFT, RFFT, IRFFT. The last two omit the redundant
// half of the spectrum of real signals.
#include "kernels/fft.h"

#include <algorithm>

#include "kernels/scratch.h"
#include "kernels/thread_pool.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

struct Kind {
  bool is_inverse;
  bool from_real;
  bool to_real;
};

void InferComplex(InferContext& context) {
  context.ExpectDType(0, DType::kComplex64, "the input");
  ExpectRankAtLeast(context, 0, 1, "the input");
  InferLikeInput(context);
}

template <bool kToReal>
void InferReal(InferContext& context) {
  context.ExpectDType(0, kToReal ? DType::kComplex64 : DType::kFloat32, "the input");
  ExpectRankAtLeast(context, 0, 1, "the input");
  const auto length = IntOrDefer(context, 1, "fft_length");
  if (!length) return;
  if (*length < 0) Throw(Code::kInput, "fft_length must not be negative, got ", *length);
  const int64_t columns = kToReal || *length == 0 ? *length : *length / 2 + 1;
  context.set_output(0, kToReal ? DType::kFloat32 : DType::kComplex64,
                     context.shape(0).WithDim(context.shape(0).rank() - 1, columns));
}

// Pads or truncates the input to the length of the transform.
class FftKernel : public Kernel {
 public:
  FftKernel(const KernelContext& context, Kind kind, int64_t length)
      : kind_(kind), length_(length), fft_(length) {
    const Shape& in = context.shape(0);
    const Shape& out = context.output(0).shape;
    const int last = in.rank() - 1;
    rows_ = in.Product(0, last);
    in_columns_ = in[last];
    out_columns_ = out[last];
    used_ = std::min(in_columns_, kind.to_real ? length / 2 + 1 : length);
  }

  void Run(RunContext& run) override {
    // Each worker has its own four arrays.
    const int64_t workers = std::min<int64_t>(ThreadCount(), rows_);
    const int64_t floats = 4 * fft_.work_size();
    auto* scratch =
        static_cast<float*>(ScratchSpace(static_cast<uint64_t>(workers * floats) * sizeof(float)));
    constexpr double kWorkPerElement = 20;
    const double work = static_cast<double>(rows_) * static_cast<double>(fft_.work_size()) *
                        kWorkPerElement / static_cast<double>(workers);
    ParallelFor(workers, work, [&](int64_t begin, int64_t end) {
      for (int64_t worker = begin; worker < end; ++worker) {
        for (int64_t row = worker; row < rows_; row += workers) {
          TransformRow(run, row, scratch + worker * floats);
        }
      }
    });
  }

 private:
  void TransformRow(RunContext& run, int64_t row, float* arrays) const {
    const int64_t size = fft_.work_size();
    SplitComplex data{arrays, arrays + size};
    SplitComplex work{arrays + 2 * size, arrays + 3 * size};
    Load(run, row, data);
    if (kind_.is_inverse) {
      std::swap(data.re, data.im);
      std::swap(work.re, work.im);
    }
    fft_.Run(data, work);
    if (kind_.is_inverse) std::swap(data.re, data.im);
    Store(run, row, data);
  }

  void Load(RunContext& run, int64_t row, SplitComplex data) const {
    if (kind_.from_real) {
      std::copy_n(run.in<float>(0) + row * in_columns_, used_, data.re);
      std::fill_n(data.im, used_, 0.0f);
    } else {
      const Complex64* in = run.in<Complex64>(0) + row * in_columns_;
      for (int64_t k = 0; k < used_; ++k) {
        data.re[k] = in[k].real();
        data.im[k] = in[k].imag();
      }
    }
    std::fill(data.re + used_, data.re + length_, 0.0f);
    std::fill(data.im + used_, data.im + length_, 0.0f);
    if (!kind_.to_real) return;
    for (int64_t k = length_ / 2 + 1; k < length_; ++k) {
      data.re[k] = data.re[length_ - k];
      data.im[k] = -data.im[length_ - k];
    }
  }

  void Store(RunContext& run, int64_t row, SplitComplex data) const {
    const float scale = kind_.is_inverse ? 1.0f / static_cast<float>(length_) : 1.0f;
    if (kind_.to_real) {
      float* out = run.out<float>(0) + row * out_columns_;
      for (int64_t k = 0; k < out_columns_; ++k) out[k] = data.re[k] * scale;
      return;
    }
    Complex64* out = run.out<Complex64>(0) + row * out_columns_;
    for (int64_t k = 0; k < out_columns_; ++k) out[k] = {data.re[k] * scale, data.im[k] * scale};
  }

  Kind kind_;
  int64_t length_;
  Fft fft_;
  int64_t rows_;
  int64_t in_columns_;
  int64_t out_columns_;
  int64_t used_;  // columns of the input
};

std::unique_ptr<Kernel> MakeFft(const KernelContext& context, Kind kind) {
  if (context.output(0).shape.NumElements() == 0) return MakeKernel([](RunContext&) {});
  const Shape& shape = context.shape(0);
  const bool has_length = kind.from_real || kind.to_real;
  const int64_t length = has_length ? KnownInt(context, 1) : shape[shape.rank() - 1];
  return std::make_unique<FftKernel>(context, kind, length);
}

template <bool kIsInverse>
constexpr OpDef ComplexFft(std::string_view name) {
  return {
      .name = name,
      .infer = InferComplex,
      .kernel =
          [](const KernelContext& context) { return MakeFft(context, {kIsInverse, false, false}); },
      .in_place_inputs = 1};
}

template <bool kIsInverse>
constexpr OpDef RealFft(std::string_view name) {
  return {.name = name,
          .min_inputs = 2,
          .max_inputs = 2,
          .infer = InferReal<kIsInverse>,
          .kernel = [](const KernelContext& context) {
            return MakeFft(context, {kIsInverse, !kIsInverse, kIsInverse});
          }};
}

TFWASM_OP kFftOp = ComplexFft<false>("FFT");
TFWASM_OP kIfftOp = ComplexFft<true>("IFFT");
TFWASM_OP kRfftOp = RealFft<false>("RFFT");
TFWASM_OP kIrfftOp = RealFft<true>("IRFFT");

}  // namespace

// y = F x, so dx = F^H dy: the inverse without its factor 1 / n.

namespace {

float LastDim(Operand x) { return static_cast<float>(x.shape()[x.shape().rank() - 1]); }

// x with zeros up to `columns` in the last dimension, or without the rest.
Operand WithColumns(Operand x, int64_t columns) {
  Builder& builder = x.builder();
  const Shape& shape = x.shape();
  const int last = shape.rank() - 1;
  if (shape[last] == columns) return x;
  if (shape[last] > columns) {
    const std::vector<int64_t> begin(static_cast<size_t>(shape.rank()), 0);
    return builder.Emit("Slice",
                        {x, builder.Ints(begin), builder.Ints(shape.WithDim(last, columns))});
  }
  Tensor paddings(DType::kInt32, {shape.rank(), 2});
  for (int32_t& margin : paddings.mutable_values<int32_t>()) margin = 0;
  paddings.mutable_values<int32_t>().back() = static_cast<int32_t>(columns - shape[last]);
  return builder.Emit("Pad", {x, builder.Const(std::move(paddings))});
}

}  // namespace

TFWASM_GRADIENT kFftGradient{"FFT", [](GradientContext& c) {
                               c.set(0, c.builder().Emit("IFFT", {c.dy()}) * LastDim(c.dy()));
                             }};
TFWASM_GRADIENT kIfftGradient{"IFFT", [](GradientContext& c) {
                                c.set(0, c.builder().Emit("FFT", {c.dy()}) / LastDim(c.dy()));
                              }};
TFWASM_GRADIENT kRfftGradient{
    "RFFT", [](GradientContext& c) {
      const int64_t length = c.ints(1)[0];
      const Operand whole = c.builder().Emit("IFFT", {WithColumns(c.dy(), length)});
      const Operand dx = c.builder().Emit("Real", {whole}) * static_cast<float>(length);
      const Shape& shape = c.input().shape();
      c.set(0, WithColumns(dx, shape[shape.rank() - 1]));
    }};
// All columns but the first, and the last for an even length, count twice in y.
TFWASM_GRADIENT kIrfftGradient{
    "IRFFT", [](GradientContext& c) {
      const int64_t length = c.ints(1)[0];
      const int64_t columns = length / 2 + 1;
      Tensor factors(DType::kComplex64, {columns});
      const auto values = factors.mutable_values<Complex64>();
      for (int64_t i = 0; i < columns; ++i) {
        const bool is_once = i == 0 || 2 * i == length;
        values[static_cast<size_t>(i)] =
            Complex64((is_once ? 1.0f : 2.0f) / static_cast<float>(length));
      }
      const Operand spectrum = c.builder().Emit("RFFT", {c.dy(), c.input(1)});
      const Operand dx = spectrum * c.builder().Const(std::move(factors));
      const Shape& shape = c.input().shape();
      c.set(0, WithColumns(dx, shape[shape.rank() - 1]));
    }};

}  // namespace tfwasm
