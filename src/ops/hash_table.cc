// SPDX-License-Identifier: Apache-2.0
// Hash tables. All graphs of a model share them by name.
#include <unordered_map>

#include "kernels/copy.h"
#include "kernels/element_key.h"
#include "ops/handles.h"

namespace tfwasm {

namespace {

class HashTable : public Object {
 public:
  static constexpr std::string_view kKind = "HashTable";

  HashTable(DType keys, DType values) : key_dtype_(keys), value_dtype_(values) {}

  std::string_view kind() const override { return kKind; }
  DType key_dtype() const { return key_dtype_; }
  DType value_dtype() const { return value_dtype_; }
  int64_t size() const { return static_cast<int64_t>(rows_.size()); }

  // Throws E_DTYPE unless these are the table's dtypes.
  void CheckTypes(DType keys, DType values) const {
    if (keys == key_dtype_ && values == value_dtype_) return;
    Throw(Code::kDType, "the table maps ", key_dtype_, " to ", value_dtype_, ", not ", keys, " to ",
          values);
  }

  // Replaces the content. Of duplicate keys the last one counts.
  void Import(const Tensor& keys, const Tensor& values) {
    CheckTypes(keys.dtype(), values.dtype());
    Shape row = values.shape();
    for (const int64_t dim : keys.shape()) {
      if (row.rank() == 0 || row[0] != dim) {
        Throw(Code::kShape, "keys of shape ", keys.shape(), " do not fit values of shape ",
              values.shape());
      }
      row = row.Without(0);
    }
    rows_.clear();
    for (int64_t i = 0; i < keys.size(); ++i) {
      rows_.insert_or_assign(KeyAt(keys, i), static_cast<int32_t>(i));
    }
    row_shape_ = row;
    values_ = values;
  }

  Tensor Find(const Tensor& keys, const Tensor& fallback) const {
    CheckTypes(keys.dtype(), fallback.dtype());
    if (size() > 0 && row_shape_ != fallback.shape()) {
      Throw(Code::kShape, "the default has shape ", fallback.shape(), ", values of the table ",
            row_shape_);
    }
    Shape shape = keys.shape();
    for (const int64_t dim : fallback.shape()) shape.Append(dim);
    Tensor out(value_dtype_, shape);
    const int64_t length = fallback.size();
    for (int64_t i = 0; i < keys.size(); ++i) {
      const auto found = rows_.find(KeyAt(keys, i));
      const void* value = fallback.data();
      if (found != rows_.end()) {
        value = ElementAt(value_dtype_, values_.data(), found->second * length);
      }
      CopyElements(value_dtype_, value, ElementAt(value_dtype_, out.mutable_data(), i * length),
                   length);
    }
    return out;
  }

 private:
  static std::string KeyAt(const Tensor& keys, int64_t index) {
    std::string key;
    AppendKey(keys.dtype(), keys.data(), index, key);
    return key;
  }

  DType key_dtype_;
  DType value_dtype_;
  std::unordered_map<std::string, int32_t> rows_;  // by key, of values_
  Shape row_shape_;
  Tensor values_;
};

void InferTable(InferContext& context) { SetHandle(context, 0, DType::kResource); }

void RunTable(TensorContext& context) {
  const DType keys = context.attrs().RequireType("key_dtype");
  const DType values = context.attrs().RequireType("value_dtype");
  if (IsHandle(keys) || IsHandle(values)) {
    Throw(Code::kDType, "a table cannot map ", keys, " to ", values);
  }
  const std::string shared_name = context.attrs().String("shared_name", "");
  ObjectPtr& table =
      context.environment().Resource(shared_name.empty() ? context.node().name : shared_name);
  if (table == nullptr) table = std::make_shared<HashTable>(keys, values);
  Tensor handle = MakeHandle(DType::kResource, table);
  HandleTo<HashTable>(handle)->CheckTypes(keys, values);
  context.set_output(0, std::move(handle));
}

// Returns the table, as in TensorFlow.js. In TensorFlow the op has no output.
void RunImport(TensorContext& context) {
  HandleTo<HashTable>(context.input(0))->Import(context.input(1), context.input(2));
  context.set_output(0, context.input(0));
}

void InferFind(InferContext& context) {
  const bool known = context.shape(1).IsKnown() && context.shape(2).IsKnown();
  if (!known) return context.set_output_unknown(0, context.dtype(2));
  Shape shape = context.shape(1);
  for (const int64_t dim : context.shape(2)) shape.Append(dim);
  context.set_output(0, context.dtype(2), shape);
}

void RunFind(TensorContext& context) {
  const auto table = HandleTo<HashTable>(context.input(0));
  context.set_output(0, table->Find(context.input(1), context.input(2)));
}

TFWASM_OP kTableOp{.name = "HashTableV2",
                   .aliases = "HashTable",
                   .min_inputs = 0,
                   .max_inputs = 0,
                   .infer = InferTable,
                   .run = RunTable,
                   .is_stateful = true,
                   .takes_handles = true};

TFWASM_OP kImportOp{.name = "LookupTableImportV2",
                    .aliases = "LookupTableImport,InitializeTableV2,InitializeTable",
                    .min_inputs = 3,
                    .max_inputs = 3,
                    .infer = InferTable,
                    .run = RunImport,
                    .is_stateful = true,
                    .takes_handles = true};

TFWASM_OP kFindOp{.name = "LookupTableFindV2",
                  .aliases = "LookupTableFind",
                  .min_inputs = 3,
                  .max_inputs = 3,
                  .infer = InferFind,
                  .run = RunFind,
                  .is_stateful = true,
                  .takes_handles = true};

TFWASM_OP kSizeOp{
    .name = "LookupTableSizeV2",
    .aliases = "LookupTableSize",
    .infer = [](InferContext& context) { context.set_output(0, DType::kInt32, Shape()); },
    .run =
        [](TensorContext& context) {
          const int64_t size = HandleTo<HashTable>(context.input(0))->size();
          context.set_output(0, Tensor::Scalar(static_cast<int32_t>(size)));
        },
    .is_stateful = true,
    .takes_handles = true};

}  // namespace

}  // namespace tfwasm
