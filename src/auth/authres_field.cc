#include "auth/authres_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "auth/authres.h"
#include "base/text.h"
#include "mail/address_syntax.h"

namespace backstop::auth {

namespace {

/// Puts words into a field, and folds it between them.
class FieldWriter {
 public:
  explicit FieldWriter(std::string_view id) : text_(kAuthresName) {
    text_ += ':';
    add(quoted(id));
  }

  /// Begins a result on a line of its own.
  void begin(std::string_view method, MethodResult result) {
    text_ += ";\r\n\t";
    line_begin_ = text_.size();
    text_.append(method).append("=").append(name(result));
  }
  void add_reason(std::string_view reason) {
    if (!reason.empty()) add("reason=" + in_quotes(reason));
  }
  /// Leaves out a property without a value, and one that ASCII can't show.
  void add_property(std::string_view property, std::string_view value) {
    if (!value.empty() && base::is_ascii(value)) add(fmt::format("{}={}", property, quoted(value)));
  }
  std::string end(bool is_none) {
    if (is_none) add_none();
    return std::move(text_.append("\r\n"));
  }

 private:
  static constexpr std::size_t kLine = 78;  // RFC 5322 2.1.1

  void add(const std::string& word) {
    const bool is_too_long = text_.size() - line_begin_ + 1 + word.size() > kLine;
    if (is_too_long) text_ += "\r\n";
    if (is_too_long) line_begin_ = text_.size();
    text_ += is_too_long ? '\t' : ' ';
    text_ += word;
  }
  void add_none() {
    text_ += ';';
    add("none");
  }

  static std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      out += c >= ' ' && c < 0x7F ? c : '?';
    }
    return out += '"';
  }
  /// RFC 2045 5.1, and "@" of an address.
  static std::string quoted(std::string_view text) {
    constexpr std::string_view kSpecials = "()<>,;:\\\"/[]?=";
    const bool is_token = !text.empty() && std::ranges::all_of(text, [&](char c) {
      return c > ' ' && c < 0x7F && kSpecials.find(c) == std::string_view::npos;
    });
    return is_token ? std::string(text) : in_quotes(text);
  }

  std::string text_;
  std::size_t line_begin_ = 0;
};

std::string_view remark_of(const DkimResult& result) {
  if (!result.why.empty()) return result.why;
  if (result.has_unsigned_tail) return "the body goes on behind l=";
  return result.is_testing ? "the key says t=y" : "";
}

void write(const DkimResult& result, FieldWriter& field) {
  field.begin("dkim", result.result);
  field.add_reason(remark_of(result));
  field.add_property("header.d", result.domain);
  field.add_property("header.i", result.identity);
  field.add_property("header.s", result.selector);
  field.add_property("header.a", result.algorithm);
  field.add_property("header.b", result.signature_start);
}

void write(const DmarcResult& result, FieldWriter& field) {
  field.begin("dmarc", result.result);
  field.add_reason(result.why);
  field.add_property("header.from", result.author_domain);
  if (!result.policy_domain.empty()) field.add_property("policy.dmarc", name(result.policy));
}

}  // namespace

std::string authres_field(std::string_view id, const Authentication& checked) {
  FieldWriter field(id);
  if (checked.spf) {
    field.begin("spf", checked.spf->result);
    // The client may say anything for a name.
    const auto& domain = checked.spf->domain;
    if (mail::is_domain(domain))
      field.add_property(checked.spf->is_helo ? "smtp.helo" : "smtp.mailfrom", domain);
  }
  if (checked.dkim && checked.dkim->empty()) field.begin("dkim", MethodResult::None);
  if (checked.dkim) {
    for (const auto& result : *checked.dkim) write(result, field);
  }
  if (checked.dmarc) write(*checked.dmarc, field);
  return field.end(!checked.spf && !checked.dkim && !checked.dmarc);
}

}  // namespace backstop::auth
