#include "filter/changes.h"

#include <algorithm>
#include <map>
#include <ranges>
#include <utility>

#include "base/text.h"
#include "milter/answer.h"

namespace backstop::filter {
namespace {

bool is_folded_line(std::string_view line) {
  return line.starts_with(' ') || line.starts_with('\t');
}

/// Returns the field at the start of `lines`, with all its lines.
std::string_view first_field(std::string_view lines) {
  std::size_t end = 0;
  do {
    const auto found = lines.find('\n', end);
    end = found == std::string_view::npos ? lines.size() : found + 1;
  } while (end < lines.size() && is_folded_line(lines.substr(end)));
  return lines.substr(0, end);
}

std::string_view name_of(std::string_view field) {
  auto name = field.substr(0, field.find(':'));
  while (!name.empty() && base::is_space(name.back())) name.remove_suffix(1);
  return name;
}

/// Returns the value as a milter writes it: without CR, and without its last line end.
std::string value_of(std::string_view field, bool has_leading_space) {
  auto value = field.substr(field.find(':') + 1);
  while (value.ends_with('\n') || value.ends_with('\r')) value.remove_suffix(1);
  if (!has_leading_space && value.starts_with(' ')) value.remove_prefix(1);
  std::string text(value);
  std::erase(text, '\r');
  return text;
}

}  // namespace

void Changes::insert_field(std::string_view line) {
  inserted_.emplace_back(line);
}

void Changes::insert_fields(std::string_view lines) {
  while (!lines.empty()) {
    const auto field = first_field(lines);
    insert_field(field);
    lines.remove_prefix(field.size());
  }
}

void Changes::delete_fields(std::string_view header, const intake::HeaderScan& scan) {
  if (scan.foreign.empty()) return;
  std::map<std::string, std::uint32_t, std::less<>> seen;
  auto next = scan.foreign.begin();
  std::size_t at = 0;
  while (at < header.size() && next != scan.foreign.end()) {
    const auto field = first_field(header.substr(at));
    const std::string name(name_of(field));
    const auto index = ++seen[base::to_lower(name)];
    if (next->first == at) {
      deleted_.push_back({name, index});
      ++next;
    }
    at += field.size();
  }
}

void Changes::replace_recipient(std::string given, std::string path, std::string parameters) {
  recipients_.push_back({std::move(given), std::move(path), std::move(parameters)});
}

void Changes::append_recipients(const milter::Negotiation& agreed, std::string& out) const {
  const bool may_replace = agreed.may(milter::action::kDeleteRecipient | milter::action::kAddRecipient);
  if (!may_replace) return;
  const bool has_parameters = agreed.may(milter::action::kAddRecipientWithParameters);
  for (const auto& one : recipients_) {
    milter::append_delete_recipient(one.given, out);
    if (has_parameters && !one.parameters.empty()) {
      milter::append_add_recipient(one.path, one.parameters, out);
    } else {
      milter::append_add_recipient(one.path, out);
    }
  }
}

void Changes::append(const milter::Negotiation& agreed, std::string& out) const {
  append_recipients(agreed, out);
  if (!sender_.empty() && agreed.may(milter::action::kChangeSender))
    milter::append_change_sender(sender_, {}, out);
  // From the last one on: Postfix counts anew after each, Sendmail doesn't.
  if (agreed.may(milter::action::kChangeHeader)) {
    for (const auto& one : std::views::reverse(deleted_))
      milter::append_change_header(one.index, one.name, {}, out);
  }
  if (!agreed.may(milter::action::kAddHeader)) return;
  // Each goes above those before it.
  const bool has_leading_space = agreed.has(milter::step::kLeadingSpace);
  for (const auto& field : std::views::reverse(inserted_))
    milter::append_insert_header(0, name_of(field), value_of(field, has_leading_space), out);
}

}  // namespace backstop::filter
