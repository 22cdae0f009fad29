// SPDX-License-Identifier: Apache-2.0
// MatMul, batched and fused variants.
#include <algorithm>
#include <optional>

#include "kernels/broadcast.h"
#include "kernels/direct_matmul.h"
#include "kernels/int8_products.h"
#include "kernels/int_matmul.h"
#include "kernels/scratch.h"
#include "kernels/transpose.h"
#include "kernels/vector_matmul.h"
#include "kernels/xnn_matmul.h"
#include "ops/arguments.h"
#include "ops/fused_gradient.h"
#include "ops/fused_ops.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

// A matrix product with all inputs and attributes checked.
struct MatMulNode {
  bool transpose_a = false;
  bool transpose_b = false;
  Shape batch_a;
  Shape batch_b;
  int64_t m = 0;
  int64_t k = 0;
  int64_t n = 0;
  Shape output;
  FusedOps fused;

  int64_t rows() const { return batch_a.NumElements() * m; }
  // The rows of one product. With a shared second matrix, one tall product is faster than many
  // small ones.
  int64_t product_rows() const { return batch_b.NumElements() == 1 ? rows() : m; }
};

Shape BatchDims(const Shape& shape) { return Shape(shape.dims().first(shape.dims().size() - 2)); }

bool ReadTranspose(const AttrMap& attrs, std::string_view name, std::string_view batched_name) {
  return attrs.Bool(name, false) || attrs.Bool(batched_name, false);
}

MatMulNode ReadMatMul(const OpContext& context) {
  ExpectNumber(context, 0, "the first matrix");
  ExpectOneDType(context, 0, 2);
  ExpectRankAtLeast(context, 0, 2, "the first matrix");
  ExpectRankAtLeast(context, 1, 2, "the second matrix");
  MatMulNode node;
  node.transpose_a = ReadTranspose(context.attrs(), "transpose_a", "adj_x");
  node.transpose_b = ReadTranspose(context.attrs(), "transpose_b", "adj_y");
  const Shape& a = context.shape(0);
  const Shape& b = context.shape(1);
  node.batch_a = BatchDims(a);
  node.batch_b = BatchDims(b);
  node.m = a[a.rank() - (node.transpose_a ? 1 : 2)];
  node.k = a[a.rank() - (node.transpose_a ? 2 : 1)];
  node.n = b[b.rank() - (node.transpose_b ? 2 : 1)];
  const int64_t b_rows = b[b.rank() - (node.transpose_b ? 1 : 2)];
  if (node.k != b_rows) {
    Throw(Code::kShape, "the inner dimensions of ", a, node.transpose_a ? " (transposed)" : "",
          " and ", b, node.transpose_b ? " (transposed)" : "", " must agree, got ", node.k, " and ",
          b_rows);
  }
  node.output = BroadcastShapes(node.batch_a, node.batch_b);
  node.output.Append(node.m);
  node.output.Append(node.n);
  node.fused = ReadFusedOps(context, node.n);
  return node;
}

void InferMatMul(InferContext& context) {
  context.set_output(0, context.dtype(0), ReadMatMul(context).output);
}

void InferFusedMatMul(InferContext& context) {
  context.ExpectDType(0, DType::kFloat32, "the first matrix");
  InferMatMul(context);
}

// Swaps the last two axes of [batch, rows, columns].
Transposer SwapAxes(const Shape& batch, int64_t rows, int64_t columns) {
  return {DType::kFloat32, {batch.NumElements(), rows, columns}, {0, 2, 1}};
}

// Transposes the first matrix if needed.
std::optional<Transposer> TransposeA(const MatMulNode& node) {
  if (!node.transpose_a) return std::nullopt;
  return SwapAxes(node.batch_a, node.k, node.m);
}

// Bytes of scratch space, with padding since XNNPACK reads past the end.
uint64_t ScratchBytes(int64_t count) {
  constexpr uint64_t kAlignment = Buffer::kAlignment;
  const uint64_t bytes = static_cast<uint64_t>(count) * sizeof(float) + Buffer::kPadding;
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

std::unique_ptr<MatrixProduct> MakeProduct(const MatMulNode& node, const float* weights,
                                           const float* bias, bool is_int8) {
  const Int8Products* products = is_int8 ? FindInt8Products() : nullptr;
  auto product = products == nullptr ? nullptr
                                     : products->matrix(node.k, node.n, weights, node.transpose_b,
                                                        bias, node.fused.activation);
  if (product != nullptr) return product;
  return std::make_unique<XnnFullyConnected>(node.k, node.n, weights, node.transpose_b, bias,
                                             node.fused.activation);
}

struct PackedMatrix : NodeState {
  explicit PackedMatrix(std::unique_ptr<MatrixProduct> made) : product(std::move(made)) {}

  std::unique_ptr<MatrixProduct> product;
};

// For a constant second matrix and bias.
class PackedMatMul : public Kernel {
 public:
  PackedMatMul(const KernelContext& context, const MatMulNode& node,
               std::shared_ptr<PackedMatrix> packed)
      : packed_(std::move(packed)),
        rows_(node.rows()),
        a_bytes_(ScratchBytes(node.rows() * node.k)),
        transpose_a_(TransposeA(node)),
        activation_(context, node.fused, node.output, /*clamped=*/true) {}

  void Run(RunContext& context) override {
    const auto* a = context.in<float>(0);
    if (transpose_a_) {
      auto* transposed = static_cast<float*>(ScratchSpace(a_bytes_));
      transpose_a_->Run(a, transposed);
      a = transposed;
    }
    packed_->product->Run(rows_, a, context.out<float>(0));
    activation_.Run(context, context.out<float>(0));
  }

 private:
  std::shared_ptr<PackedMatrix> packed_;
  int64_t rows_;
  uint64_t a_bytes_;
  std::optional<Transposer> transpose_a_;
  FusedActivation activation_;
};

// The leading dimensions of both operands, extended to equal rank.
XnnBatchMatMul::Dims BatchMatMulDims(const MatMulNode& node) {
  XnnBatchMatMul::Dims dims;
  dims.m = node.product_rows();
  dims.k = node.k;
  dims.n = node.n;
  dims.is_b_transposed = node.transpose_b;
  if (node.batch_b.NumElements() == 1) return dims;
  const int rank = std::max(node.batch_a.rank(), node.batch_b.rank());
  const auto padded = [rank](const Shape& batch) {
    std::vector<size_t> sizes(static_cast<size_t>(rank - batch.rank()), 1);
    for (const int64_t dim : batch) sizes.push_back(static_cast<size_t>(dim));
    return sizes;
  };
  dims.batch_a = padded(node.batch_a);
  dims.batch_b = padded(node.batch_b);
  return dims;
}

BroadcastMap AddBias(const MatMulNode& node) {
  constexpr auto kAdd = [](float x, float bias) { return x + bias; };
  const std::array<Shape, 2> operands = {node.output, Shape{node.n}};
  return BroadcastMap(MapLoopOf<std::remove_const_t<decltype(kAdd)>, float, float, float>(),
                      node.output, operands, 1);
}

class BatchMatMul : public Kernel {
 public:
  BatchMatMul(const KernelContext& context, const MatMulNode& node)
      : products_(node.batch_b.NumElements()),
        sizes_{.m = node.product_rows(), .k = node.k, .n = node.n},
        way_(FindWay(node, sizes_)),
        transpose_b_(node.transpose_b),
        bias_input_(node.fused.bias_input),
        add_bias_(AddBias(node)),
        activation_(context, node.fused, node.output, /*clamped=*/false) {
    if (way_ == Way::kVectors) return;
    if (way_ == Way::kPacked) product_.emplace(BatchMatMulDims(node));
    swap_a_ = TransposeA(node);
    if (swap_a_) a_bytes_ = ScratchBytes(node.rows() * node.k);
    if (way_ != Way::kDirect || !node.transpose_b) return;
    swap_b_ = SwapAxes(node.batch_b, node.n, node.k);
    b_bytes_ = ScratchBytes(products_ * node.n * node.k);
  }

  void Run(RunContext& context) override {
    auto* out = context.out<float>(0);
    Multiply(context.in<float>(0), context.in<float>(1), out);
    if (bias_input_ >= 0) {
      const void* operands[] = {out, context.in(bias_input_)};
      add_bias_.Run(nullptr, operands, out);
    }
    activation_.Run(context, out);
  }

 private:
  enum class Way { kVectors, kDirect, kPacked };

  static Way FindWay(const MatMulNode& node, const DirectMatMul& sizes) {
    if (node.batch_b.NumElements() != 1 && !(node.batch_a == node.batch_b)) return Way::kPacked;
    if (sizes.m == 1) return Way::kVectors;
    return sizes.IsFor() ? Way::kDirect : Way::kPacked;
  }

  void Multiply(const float* a, const float* b, float* out) {
    if (way_ == Way::kVectors) {
      const auto [m, k, n] = sizes_;
      for (int64_t i = 0; i < products_; ++i) {
        VectorMatMul(k, n, transpose_b_, a + i * k, b + i * k * n, out + i * n);
      }
      return;
    }
    const uint64_t workspace_bytes = product_ ? product_->WorkspaceBytes() : b_bytes_;
    char* const a_space = static_cast<char*>(ScratchSpace(a_bytes_ + workspace_bytes));
    char* const workspace = a_space + a_bytes_;
    if (swap_a_) {
      swap_a_->Run(a, a_space);
      a = reinterpret_cast<const float*>(a_space);
    }
    if (product_) return product_->Run(a, b, out, workspace);
    if (swap_b_) {
      swap_b_->Run(b, workspace);
      b = reinterpret_cast<const float*>(workspace);
    }
    sizes_.Run(products_, a, b, out);
  }

  int64_t products_;
  DirectMatMul sizes_;
  Way way_;
  bool transpose_b_;
  std::optional<XnnBatchMatMul> product_;
  std::optional<Transposer> swap_a_;
  std::optional<Transposer> swap_b_;
  uint64_t a_bytes_ = 0;
  uint64_t b_bytes_ = 0;
  int bias_input_;
  BroadcastMap add_bias_;
  FusedActivation activation_;
};

// For k = 0: zero plus the bias.
std::unique_ptr<Kernel> PrepareEmptySum(const KernelContext& context, const MatMulNode& node) {
  const int64_t count = node.output.NumElements();
  if (context.dtype(0) == DType::kInt32) {
    return MakeKernel(
        [count](RunContext& run) { std::fill_n(run.out<int32_t>(0), count, int32_t{0}); });
  }
  return MakeKernel([count, columns = node.n, bias = node.fused.bias_input,
                     activation = FusedActivation(context, node.fused, node.output,
                                                  /*clamped=*/false)](RunContext& run) {
    auto* out = run.out<float>(0);
    std::fill_n(out, count, 0.0f);
    for (int64_t i = 0; bias >= 0 && i < count; ++i) out[i] = run.in<float>(bias)[i % columns];
    activation.Run(run, out);
  });
}

// int32 matrices. Sums wrap around, as in TensorFlow.
class IntMatMulKernel : public Kernel {
 public:
  explicit IntMatMulKernel(const MatMulNode& node)
      : node_(node), batch_(BroadcastShapes(node.batch_a, node.batch_b)) {}

  void Run(RunContext& context) override {
    // Selects the matrices of `a` and `b` for each product.
    const int64_t products = batch_.NumElements();
    const std::vector<int32_t> a_index = Indices(node_.batch_a);
    const std::vector<int32_t> b_index = Indices(node_.batch_b);
    const auto* b = context.in<uint32_t>(1);
    Tensor transposed;
    if (node_.transpose_b) {
      transposed = TransposedB(b);
      b = static_cast<const uint32_t*>(transposed.data());
    }
    const int64_t a_row = node_.transpose_a ? 1 : node_.k;
    const int64_t a_column = node_.transpose_a ? node_.m : 1;
    for (int64_t i = 0; i < products; ++i) {
      const auto place = static_cast<size_t>(i);
      IntMatMul(node_.m, node_.k, node_.n,
                context.in<uint32_t>(0) + a_index[place] * node_.m * node_.k, a_row, a_column,
                b + b_index[place] * node_.k * node_.n,
                context.out<uint32_t>(0) + i * node_.m * node_.n);
    }
  }

 private:
  // The index of the operand's matrix for each product.
  std::vector<int32_t> Indices(const Shape& operand) const {
    std::vector<int32_t> all(static_cast<size_t>(operand.NumElements()));
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int32_t>(i);
    std::vector<int32_t> result(static_cast<size_t>(batch_.NumElements()));
    constexpr auto kSame = [](int32_t index) { return index; };
    constexpr MapLoop kLoop = MapLoopOf<std::remove_const_t<decltype(kSame)>, int32_t, int32_t>();
    const void* from[] = {all.data()};
    BroadcastMap(kLoop, batch_, {&operand, 1}, 1).Run(nullptr, from, result.data());
    return result;
  }

  // Transposes [batch, n, k] to [batch, k, n].
  Tensor TransposedB(const uint32_t* b) const {
    const int64_t count = node_.batch_b.NumElements();
    Tensor transposed(DType::kInt32, {count, node_.k, node_.n});
    Transposer(DType::kInt32, {count, node_.n, node_.k}, {0, 2, 1})
        .Run(b, transposed.mutable_data());
    return transposed;
  }

  MatMulNode node_;
  Shape batch_;
};

bool IsConstantOrAbsent(const OpContext& context, int input) {
  return input < 0 || context.value(input) != nullptr;
}

std::unique_ptr<Kernel> PrepareMatMul(const KernelContext& context) {
  const MatMulNode node = ReadMatMul(context);
  if (node.output.NumElements() == 0) return MakeKernel([](RunContext&) {});
  if (node.k == 0) return PrepareEmptySum(context, node);
  if (context.dtype(0) == DType::kInt32) return std::make_unique<IntMatMulKernel>(node);
  const int bias = node.fused.bias_input;
  const bool is_constant = IsConstantOrAbsent(context, 1) && IsConstantOrAbsent(context, bias);
  if (!is_constant || node.batch_b.NumElements() != 1) {
    return std::make_unique<BatchMatMul>(context, node);
  }
  context.WillPack(1);
  auto packed = context.Shared<PackedMatrix>([&] {
    const Tensor matrix = context.value(1)->Dequantized();
    // Its product takes the scratch space, which has the transposed first matrix.
    const bool is_int8 = context.node().is_int8 && !node.transpose_a;
    return std::make_shared<PackedMatrix>(
        MakeProduct(node, matrix.values<float>().data(),
                    bias < 0 ? nullptr : context.value(bias)->values<float>().data(), is_int8));
  });
  return std::make_unique<PackedMatMul>(context, node, std::move(packed));
}

TFWASM_OP kMatMulOp{.name = "MatMul",
                    .aliases = "BatchMatMul,BatchMatMulV2,BatchMatMulV3",
                    .min_inputs = 2,
                    .max_inputs = 2,
                    .infer = InferMatMul,
                    .kernel = PrepareMatMul};

TFWASM_OP kFusedMatMulOp{.name = "_FusedMatMul",
                         .min_inputs = 2,
                         .max_inputs = kAnyNumber,
                         .infer = InferFusedMatMul,
                         .kernel = PrepareMatMul};

}  // namespace

// C = A B. With a transposed A or B, the products of dC trade places.
TFWASM_GRADIENT kMatMulGradient{
    "MatMul", [](GradientContext& c) {
      const bool ta = ReadTranspose(c.attrs(), "transpose_a", "adj_x");
      const bool tb = ReadTranspose(c.attrs(), "transpose_b", "adj_y");
      const auto multiply = [&](Operand x, bool transpose_x, Operand y, bool transpose_y) {
        return c.builder().Emit("MatMul", {x, y},
                                {{"transpose_a", transpose_x}, {"transpose_b", transpose_y}});
      };
      const Operand a = c.input(0);
      const Operand b = c.input(1);
      if (c.wants(0))
        c.set(0, ta ? multiply(b, tb, c.dy(), true) : multiply(c.dy(), false, b, !tb));
      if (!c.wants(1)) return;
      // With one B for all, one tall product.
      if (b.shape().rank() == 2 && a.shape().rank() > 2 && b.shape()[0] > 0 && !ta && !tb) {
        const Operand rows = Reshape(a, {a.shape().NumElements() / b.shape()[0], b.shape()[0]});
        const Operand dy = Reshape(c.dy(), {rows.shape()[0], b.shape()[1]});
        return c.set(1, multiply(rows, true, dy, false));
      }
      c.set(1, tb ? multiply(c.dy(), true, a, ta) : multiply(a, !ta, c.dy(), false));
    }};

TFWASM_GRADIENT kFusedMatMulGradient{"_FusedMatMul",
                                     [](GradientContext& c) { FusedRule(c, "MatMul"); }};

}  // namespace tfwasm
