// SPDX-License-Identifier: Apache-2.0
#include "ops/einsum_equation.h"

#include <algorithm>

namespace tfwasm {

namespace {

constexpr std::string_view kEllipsis = "...";

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The letters of a term, and the position of the ellipsis among them; -1 if there is none.
struct Term {
  explicit Term(std::string_view text) {
    const size_t dots = text.find(kEllipsis);
    if (dots != std::string_view::npos) {
      ellipsis = static_cast<int>(dots);
      letters = text.substr(0, dots);
      text.remove_prefix(dots + kEllipsis.size());
    }
    letters += text;
    for (const char c : letters) {
      if (!IsLetter(c)) {
        Throw(Code::kAttr, "the equation has '", c, "' where a letter was expected");
      }
    }
  }

  std::string letters;
  int ellipsis = -1;
};

Labels LabelsOf(const Term& term, int ellipsis_rank) {
  Labels labels;
  for (int i = 0; i <= static_cast<int>(term.letters.size()); ++i) {
    if (i == term.ellipsis) {
      for (int axis = ellipsis_rank; axis-- > 0;) labels.push_back(axis);
    }
    if (i < static_cast<int>(term.letters.size())) {
      labels.push_back(static_cast<unsigned char>(term.letters[static_cast<size_t>(i)]));
    }
  }
  return labels;
}

}  // namespace

bool Contains(const Labels& labels, int label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

Labels Difference(const Labels& a, const Labels& b) {
  Labels result;
  for (const int label : a) {
    if (!Contains(b, label)) result.push_back(label);
  }
  return result;
}

Labels Union(const Labels& a, const Labels& b) {
  Labels result = a;
  for (const int label : b) {
    if (!Contains(result, label)) result.push_back(label);
  }
  return result;
}

EinsumEquation::EinsumEquation(const OpContext& context) {
  std::string equation = context.attrs().String("equation", "");
  std::erase(equation, ' ');
  const size_t arrow = equation.find("->");
  if (arrow == std::string::npos) {
    Throw(Code::kAttr, "Equations without an arrow are not supported: the equation '", equation,
          "' must have exactly one '->'");
  }
  if (equation.find("->", arrow + 1) != std::string::npos) {
    Throw(Code::kAttr, "the equation '", equation, "' must have exactly one '->'");
  }
  std::string_view terms = std::string_view(equation).substr(0, arrow);
  const auto count = static_cast<int>(std::count(terms.begin(), terms.end(), ',')) + 1;
  if (count != context.num_inputs()) {
    Throw(Code::kAttr, "Expected ", count, " input tensors, received ", context.num_inputs(),
          ", for the equation '", equation, "'");
  }
  for (int i = 0; i < count; ++i) {
    const size_t comma = std::min(terms.find(','), terms.size());
    AddInput(terms.substr(0, comma), context.shape(i), static_cast<size_t>(i));
    terms.remove_prefix(std::min(comma + 1, terms.size()));
  }
  AddOutput(std::string_view(equation).substr(arrow + 2));
}

void EinsumEquation::AddInput(std::string_view text, const Shape& shape, size_t index) {
  const Term term(text);
  const int covered = shape.rank() - static_cast<int>(term.letters.size());
  if (term.ellipsis < 0 ? covered != 0 : covered < 0) {
    Throw(Code::kShape, "operand ", index, ", of shape ", shape, ", does not fit '", text, "'");
  }
  ellipsis_rank_ = std::max(ellipsis_rank_, covered);
  inputs_.push_back(LabelsOf(term, covered));
  for (int axis = 0; axis < shape.rank(); ++axis) {
    SetSize(inputs_.back()[static_cast<size_t>(axis)], shape[axis], index);
  }
}

void EinsumEquation::SetSize(int label, int64_t size, size_t index) {
  int64_t& known = sizes_[static_cast<size_t>(label)];
  if (known == -1 || known == size) {
    known = size;
    return;
  }
  // Only axes covered by an ellipsis broadcast.
  const bool broadcasts = label < Shape::kMaxRank;
  if (broadcasts && known == 1) {
    known = size;
  } else if (!broadcasts || size != 1) {
    Throw(Code::kShape, "operand ", index, " has size ", size, " where another has ", known);
  }
}

void EinsumEquation::AddOutput(std::string_view text) {
  const Term term(text);
  if (term.ellipsis < 0 && ellipsis_rank_ > 0) {
    Throw(Code::kAttr, "the equation's operands have an ellipsis, so its output needs one");
  }
  output_ = LabelsOf(term, ellipsis_rank_);
  for (const int label : output_) {
    if (size(label) >= 0) continue;
    Throw(Code::kAttr, "Output subscripts contain the label ", static_cast<char>(label),
          " not present in the input subscripts.");
  }
}

}  // namespace tfwasm
