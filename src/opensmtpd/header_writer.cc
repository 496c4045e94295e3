#include "opensmtpd/header_writer.h"

#include <algorithm>
#include <ranges>

#include "base/text.h"
#include "milter/client.h"

namespace backstop::opensmtpd {

std::string_view field_name(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || is_folded(line)) return {};
  auto name = line.substr(0, colon);
  while (!name.empty() && base::is_space(name.back())) name.remove_suffix(1);
  return name;
}

bool is_folded(std::string_view line) {
  return line.starts_with(' ') || line.starts_with('\t');
}

base::Result<void> HeaderWriter::change(char letter, std::string_view data, bool has_leading_space) {
  const auto change = milter::parse_header_change(letter, data);
  if (!change) return std::unexpected(change.error());
  std::string lines;
  const bool is_deleted = letter == 'm' && change->value.empty();
  if (!is_deleted) {
    lines.append(change->name) += ':';
    if (!has_leading_space) lines += ' ';
    lines += change->value;
  }
  if (letter == 'm') {
    changed_.push_back({base::to_lower(change->name), change->index, std::move(lines)});
  } else {
    inserted_.push_back(std::move(lines));
  }
  return {};
}

const HeaderWriter::Change* HeaderWriter::change_of(std::string_view name) {
  if (changed_.empty()) return nullptr;
  const auto folded = base::to_lower(name);
  const auto index = ++seen_[folded];
  const auto found = std::ranges::find_if(
      changed_, [&](const Change& one) { return one.name == folded && one.index == index; });
  return found == changed_.end() ? nullptr : &*found;
}

void HeaderWriter::write_lines(std::string_view session, std::string_view token, std::string_view lines,
                               std::string& out) const {
  std::string_view line;
  while (base::next_line(lines, line)) append_data(session, token, line, true, limits_, out);
}

void HeaderWriter::write(std::string_view session, std::string_view token, std::string_view line,
                         std::string& out) {
  if (!std::exchange(has_begun_, true)) {
    for (const auto& field : std::views::reverse(inserted_)) write_lines(session, token, field, out);
  }
  if (is_header_ && is_folded(line)) {
    if (!is_skipping_) append_data(session, token, line, true, limits_, out);
    return;
  }
  is_skipping_ = false;
  const auto name = is_header_ ? field_name(line) : std::string_view();
  is_header_ = !name.empty();
  const auto* const change = is_header_ ? change_of(name) : nullptr;
  if (change == nullptr) return append_data(session, token, line, is_header_, limits_, out);
  is_skipping_ = true;
  write_lines(session, token, change->lines, out);
}

}  // namespace backstop::opensmtpd
