#include "report/fact_table.h"

#include <algorithm>

#include "base/text.h"

namespace backstop::report {

namespace {

constexpr std::size_t kMostValue = 600;
constexpr std::size_t kIndent = 2;

}  // namespace

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string wrap(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  std::string line;
  std::size_t used = 0;
  const auto flush = [&] {
    if (line.empty()) return;
    out.append(indent, ' ').append(line).append("\n");
    line.clear();
    used = 0;
  };
  while (!(text = base::trim(text)).empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    const std::size_t needed = columns(word);
    if (used > 0 && indent + used + 1 + needed > width) flush();
    if (used > 0) line += ' ';
    line += word;
    used += needed + (used > 0 ? 1 : 0);
  }
  flush();
  return out;
}

void FactTable::add(std::string_view name, std::string_view value) {
  if (!value.empty()) rows_.emplace_back(name, base::printable(value, kMostValue));
}

std::string FactTable::text() const {
  std::size_t width = 0;
  for (const auto& [name, value] : rows_) width = std::max(width, columns(name));
  const std::size_t value_column = kIndent + width + 2;
  std::string out;
  for (const auto& [name, value] : rows_) {
    std::string block = wrap(value, value_column);
    if (block.empty()) continue;
    block.replace(0, value_column,
                  std::string(kIndent, ' ') + name + std::string(width - columns(name) + 2, ' '));
    out += block;
  }
  return out;
}

}  // namespace backstop::report
