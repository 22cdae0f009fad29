// SPDX-License-Identifier: Apache-2.0
#include "graph/weights.h"

#include <utility>

#include "graph/weight_receiver.h"

namespace tfwasm {

namespace {

constexpr int64_t kMaxStreamBytes = int64_t{4} << 30;  // the size limit of a wasm heap

// The bytes of all weights; -1 if there are strings.
int64_t SumStreamBytes(const std::vector<WeightSpec>& specs) {
  int64_t sum = 0;
  bool has_strings = false;
  for (const WeightSpec& spec : specs) {
    if (spec.encoding == WeightSpec::Encoding::kString) has_strings = true;
    sum += spec.shape.NumElements() * spec.StoredElementSize();
    if (sum > kMaxStreamBytes) {
      Throw(Code::kLimit, "the weights up to '", spec.name, "' have ", sum, " bytes; the limit is ",
            kMaxStreamBytes);
    }
  }
  return has_strings ? -1 : sum;
}

// Calls `f`. Adds the weight's name to errors.
template <typename F>
auto Naming(const WeightSpec& spec, F f) {
  try {
    return f();
  } catch (const Error& error) {
    Throw(error.code(), "weight '", spec.name, "': ", error.message());
  }
}

}  // namespace

WeightDecoder::WeightDecoder(std::string_view specs)
    : specs_(ReadWeightSpecs(specs)), stream_bytes_(SumStreamBytes(specs_)) {}

WeightDecoder::~WeightDecoder() = default;

std::span<uint8_t> WeightDecoder::Target() {
  Advance();
  if (next_ == specs_.size()) return {};
  const WeightSpec& spec = specs_[next_];
  return Naming(spec, [&] {
    if (receiver_ == nullptr) receiver_ = WeightReceiver::Create(spec);
    return receiver_->Target();
  });
}

void WeightDecoder::Commit(size_t bytes) {
  const size_t most = receiver_ == nullptr ? 0 : receiver_->Target().size();
  if (bytes > most) {
    Throw(Code::kWeightBytes, "the weights have more bytes than the manifest declares");
  }
  received_bytes_ += static_cast<int64_t>(bytes);
  if (bytes > 0) Naming(specs_[next_], [&] { receiver_->Commit(bytes); });
}

void WeightDecoder::Advance() {
  for (; next_ < specs_.size(); ++next_) {
    const WeightSpec& spec = specs_[next_];
    if (receiver_ != nullptr) {
      if (!receiver_->Target().empty()) return;
      done_.push_back(Naming(spec, [&] { return receiver_->Take(); }));
      receiver_.reset();
    } else if (spec.shape.NumElements() == 0) {
      done_.emplace_back(spec.dtype, spec.shape);
    } else {
      return;
    }
  }
}

WeightMap WeightDecoder::Take() {
  Advance();
  if (next_ < specs_.size()) {
    const WeightSpec& spec = specs_[next_];
    const bool is_string = receiver_ != nullptr && spec.encoding == WeightSpec::Encoding::kString;
    Throw(is_string ? Code::kString : Code::kWeightBytes, "the weights end after ", received_bytes_,
          " bytes, before weight ", next_, " '", spec.name, "' of ", specs_.size(), " was complete",
          stream_bytes_ < 0 ? "" : StrCat("; the manifest declares ", stream_bytes_, " bytes"));
  }
  WeightMap weights;
  for (size_t i = 0; i < specs_.size(); ++i) {
    weights.tensors.emplace(specs_[i].name, std::move(done_[i]));
    weights.names.push_back(std::move(specs_[i].name));
  }
  specs_.clear();
  done_.clear();
  next_ = 0;
  return weights;
}

}  // namespace tfwasm
