// SPDX-License-Identifier: Apache-2.0
#include "convert/proto_reader.h"

namespace tfwasm {

namespace {

using WireType = protozero::pbf_wire_type;

constexpr int kMostNesting = 100;

// Calls `f`. Converts protozero's exceptions.
template <typename F>
auto Guarded(F f) -> decltype(f()) {
  try {
    return f();
  } catch (const protozero::exception&) {
    Throw(Code::kProto, "the file is damaged: its protobuf data is malformed");
  }
}

// Appends one value, or those of a packed list of fixed-size elements.
template <typename T, typename Range>
void AppendAll(const Range& range, std::vector<T>& values) {
  for (const auto value : range) values.push_back(static_cast<T>(value));
}

}  // namespace

void ProtoReader::Expect(WireType type) const {
  if (reader_.wire_type() == type) return;
  Throw(Code::kProto, "field ", static_cast<int64_t>(reader_.tag()), " of a message has wire type ",
        static_cast<int64_t>(reader_.wire_type()), ", expected ", static_cast<int64_t>(type));
}

void ProtoReader::CheckLength() const {
  if (reader_.wire_type() != WireType::length_delimited) return;
  const char* at = reader_.data().data();
  const char* end = at + reader_.data().size();
  const uint64_t length = protozero::decode_varint(&at, end);
  if (length > static_cast<uint64_t>(end - at)) throw protozero::end_of_buffer_exception();
}

bool ProtoReader::Next() {
  return Guarded([&] {
    if (!is_read_) {
      CheckLength();
      reader_.skip();
    }
    is_read_ = false;
    return reader_.next();
  });
}

int64_t ProtoReader::Int() {
  Expect(WireType::varint);
  is_read_ = true;
  return Guarded([&] { return reader_.get_int64(); });
}

float ProtoReader::Float() {
  Expect(WireType::fixed32);
  is_read_ = true;
  return Guarded([&] { return reader_.get_float(); });
}

double ProtoReader::Double() {
  Expect(WireType::fixed64);
  is_read_ = true;
  return Guarded([&] { return reader_.get_double(); });
}

uint32_t ProtoReader::Fixed32() {
  Expect(WireType::fixed32);
  is_read_ = true;
  return Guarded([&] { return reader_.get_fixed32(); });
}

std::string_view ProtoReader::Bytes() {
  Expect(WireType::length_delimited);
  is_read_ = true;
  return Guarded([&] {
    CheckLength();
    const protozero::data_view view = reader_.get_view();
    return std::string_view(view.data(), view.size());
  });
}

ProtoReader ProtoReader::Message() {
  if (depth_ >= kMostNesting) {
    Throw(Code::kLimit, "messages are nested more than ", kMostNesting, " deep");
  }
  return ProtoReader(Bytes(), depth_ + 1);
}

void ProtoReader::AppendTo(std::vector<int64_t>& values) {
  if (reader_.wire_type() == WireType::varint) return values.push_back(Int());
  Expect(WireType::length_delimited);
  is_read_ = true;
  Guarded([&] {
    CheckLength();
    AppendAll(reader_.get_packed_int64(), values);
  });
}

void ProtoReader::AppendTo(std::vector<float>& values) {
  if (reader_.wire_type() == WireType::fixed32) return values.push_back(Float());
  Expect(WireType::length_delimited);
  is_read_ = true;
  Guarded([&] {
    CheckLength();
    AppendAll(reader_.get_packed_float(), values);
  });
}

void ProtoReader::AppendTo(std::vector<double>& values) {
  if (reader_.wire_type() == WireType::fixed64) return values.push_back(Double());
  Expect(WireType::length_delimited);
  is_read_ = true;
  Guarded([&] {
    CheckLength();
    AppendAll(reader_.get_packed_double(), values);
  });
}

ProtoEntry ReadEntry(ProtoReader reader) {
  ProtoEntry entry;
  while (reader.Next()) {
    if (reader.field() == 1) entry.key = reader.Bytes();
    if (reader.field() == 2) entry.value = reader.Bytes();
  }
  return entry;
}

}  // namespace tfwasm
