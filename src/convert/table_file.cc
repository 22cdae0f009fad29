// SPDX-License-Identifier: Apache-2.0
#include "convert/table_file.h"

#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/json.h"

namespace tfwasm {

namespace {

std::string_view Column(std::string_view line, int64_t index, char delimiter, int64_t number) {
  for (int64_t i = 0; i < index; ++i) {
    const size_t end = line.find(delimiter);
    if (end == line.npos) {
      Throw(Code::kFile, "line ", number, " of a table has only ", i + 1, " columns");
    }
    line.remove_prefix(end + 1);
  }
  return line.substr(0, line.find(delimiter));
}

// The keys, or the values.
class Side {
 public:
  Side(DType dtype, int64_t index, const TableFormat& format)
      : dtype_(dtype), index_(index), format_(format) {
    if (dtype == DType::kString || dtype == DType::kInt32 || dtype == DType::kFloat32) return;
    Throw(Code::kDType, "a table cannot be read from a file with elements of type ", dtype);
  }

  // Returns the element as text.
  std::string Add(std::string_view line, int64_t number) {
    if (index_ == TableFormat::kLineNumber) {
      ints_.push_back(ToInt32(number + format_.offset, number));
      return std::to_string(ints_.back());
    }
    const bool is_whole = index_ == TableFormat::kWholeLine;
    const std::string_view text = is_whole ? line : Column(line, index_, format_.delimiter, number);
    if (dtype_ == DType::kString) strings_.emplace_back(text);
    if (dtype_ == DType::kInt32) ints_.push_back(ToInt32(ParseInt(text, number), number));
    if (dtype_ == DType::kFloat32) {
      const auto value = ParseJsonNumber(text);
      if (!value) ThrowNumber(text, number);
      floats_.push_back(static_cast<float>(*value));
    }
    return std::string(text);
  }

  Tensor Take() const {
    if (dtype_ == DType::kString) return Vector(strings_);
    return dtype_ == DType::kInt32 ? Vector(ints_) : Vector(floats_);
  }

 private:
  template <typename T>
  static Tensor Vector(const std::vector<T>& values) {
    return Tensor::FromSpan<T>({static_cast<int64_t>(values.size())}, values);
  }

  [[noreturn]] static void ThrowNumber(std::string_view text, int64_t number) {
    Throw(Code::kFile, "line ", number, " of a table has '", text, "' in place of a number");
  }

  static int64_t ParseInt(std::string_view text, int64_t number) {
    int64_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || stop != text.data() + text.size()) ThrowNumber(text, number);
    return value;
  }

  static int32_t ToInt32(int64_t value, int64_t number) {
    if (value != static_cast<int32_t>(value)) {
      Throw(Code::kFile, "line ", number, " of a table has ", value, ", which exceeds 32 bits");
    }
    return static_cast<int32_t>(value);
  }

  DType dtype_;
  int64_t index_;
  const TableFormat& format_;
  std::vector<std::string> strings_;
  std::vector<int32_t> ints_;
  std::vector<float> floats_;
};

}  // namespace

TableFormat::TableFormat(const AttrMap& attrs)
    : key_index(attrs.Int("key_index", kWholeLine)),
      value_index(attrs.Int("value_index", kLineNumber)),
      vocab_size(attrs.Int("vocab_size", -1)),
      offset(attrs.Int("offset", 0)) {
  const std::string text = attrs.String("delimiter", "\t");
  delimiter = text.empty() ? '\t' : text[0];
}

TableContents ReadTableFile(std::string_view text, const TableFormat& format, DType keys,
                            DType values) {
  Side key_side(keys, format.key_index, format);
  Side value_side(values, format.value_index, format);
  std::map<std::string, std::string> known;
  int64_t number = 0;
  while (!text.empty() && number != format.vocab_size) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string key = key_side.Add(line, number);
    const std::string value = value_side.Add(line, number);
    const auto [first, is_new] = known.emplace(key, value);
    if (!is_new && first->second != value) {
      Throw(Code::kFile, "line ", number, " of a table gives the key '", key, "' a second value");
    }
    ++number;
  }
  if (format.vocab_size >= 0 && number < format.vocab_size) {
    Throw(Code::kFile, "the file of a table has ", number, " lines, expected ", format.vocab_size);
  }
  return {key_side.Take(), value_side.Take()};
}

}  // namespace tfwasm
