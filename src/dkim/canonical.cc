#include "dkim/canonical.h"

#include <algorithm>

#include "base/text.h"

namespace backstop::dkim {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

void append_simple(std::string_view field, std::string& out) {
  for (auto end = field.find('\n'); end != std::string_view::npos; end = field.find('\n')) {
    const auto line = field.substr(0, end);
    out.append(line.ends_with('\r') ? line.substr(0, end - 1) : line).append("\r\n");
    field.remove_prefix(end + 1);
  }
  out.append(field);
}

/// Appends the value in one line, with one space for each run of them and none at its ends.
void append_unfolded(std::string_view value, std::string& out) {
  const auto begin = out.size();
  bool is_after_blank = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\n' || (c == '\r' && value.substr(i + 1).starts_with('\n'))) continue;
    if (is_blank(c)) {
      is_after_blank = true;
      continue;
    }
    if (is_after_blank && out.size() > begin) out += ' ';
    is_after_blank = false;
    out += c;
  }
}

void append_relaxed(std::string_view field, std::string& out) {
  const auto colon = field.find(':');
  for (const char c : base::trim(field.substr(0, colon))) out += base::ascii_lower(c);
  out += ':';
  append_unfolded(field.substr(std::min(colon, field.size() - 1) + 1), out);
}

}  // namespace

void append_canonical(Canonical form, std::string_view field, std::string& out) {
  form == Canonical::Simple ? append_simple(field, out) : append_relaxed(field, out);
}

std::string canonical_signature_field(const Signature& signature) {
  std::string emptied(signature.field.substr(0, signature.value_begin));
  emptied += signature.field.substr(signature.value_end);
  std::string out;
  out.reserve(emptied.size());
  append_canonical(signature.header, emptied, out);
  return out;
}

}  // namespace backstop::dkim
