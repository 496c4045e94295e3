#include "auth/authres.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "auth/domain_relation.h"
#include "base/domain_key.h"
#include "base/text.h"

namespace backstop::auth {

namespace {

std::unexpected<base::Error> refuse(std::string message) {
  return std::unexpected(base::Error{std::move(message)});
}

bool is_keyword_byte(char c) {
  return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_';
}

/// Reads a field's value from its start. After a failure it is at the end.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool is_at_end() const { return rest_.empty(); }
  bool is_at(char c) const { return rest_.starts_with(c); }
  /// True if a comment or a quoted string has no end, or comments are nested too deep.
  bool has_failed() const { return has_failed_; }

  bool take(char c) {
    if (!is_at(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// Passes over white space and comments.
  void skip() {
    while (!rest_.empty()) {
      if (base::is_space(rest_.front())) {
        rest_.remove_prefix(1);
      } else if (is_at('(')) {
        skip_comment();
      } else {
        return;
      }
    }
  }

  template <typename IsFit>
  std::string_view take_while(IsFit is_fit) {
    const auto end = std::ranges::find_if_not(rest_, is_fit);
    const auto taken = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::string keyword() { return base::to_lower(take_while(is_keyword_byte)); }

  /// Takes a value: quoted strings and bytes up to white space, a ";" or a comment, in any order.
  std::string value() {
    const auto is_plain = [](char c) { return !base::is_space(c) && c != ';' && c != '(' && c != '"'; };
    std::string value;
    while (!rest_.empty() && (is_at('"') || is_plain(rest_.front()))) {
      if (is_at('"')) {
        append_quoted(value);
      } else {
        value += take_while(is_plain);
      }
    }
    return value;
  }

  /// Takes a quoted string and appends what is in it.
  void append_quoted(std::string& out) {
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
      if (take('"')) return;
      if (is_at('\\') && rest_.size() > 1) rest_.remove_prefix(1);
      out += rest_.front();
      rest_.remove_prefix(1);
    }
    has_failed_ = true;
  }

 private:
  void fail() {
    has_failed_ = true;
    rest_ = {};
  }

  void skip_comment() {
    std::size_t depth = 0;
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(c == '\\' && rest_.size() > 1 ? 2 : 1);
      if (c == '(' && ++depth > Authres::kMostNesting) break;
      if (c == ')' && --depth == 0) return;
    }
    fail();
  }

  std::string_view rest_;
  bool has_failed_ = false;
};

/// A token or a quoted string; empty if there is neither.
std::string take_id(Cursor& cursor) {
  cursor.skip();
  if (cursor.is_at('"')) {
    std::string id;
    cursor.append_quoted(id);
    return id;
  }
  constexpr std::string_view kEnds = "();<>,\\/?=\"";
  return std::string(cursor.take_while(
      [&](char c) { return !base::is_space(c) && kEnds.find(c) == std::string_view::npos; }));
}

/// Takes "/1", if it is there. Returns false for another version, whose result is not for us (RFC 8601 2.2).
bool take_method_version(Cursor& cursor) {
  cursor.skip();
  if (!cursor.take('/')) return true;
  cursor.skip();
  return cursor.take_while(base::is_digit) == "1";
}

/// Takes what is behind a result: its reason, properties, and words of other kinds.
base::Result<void> take_facts(Cursor& cursor, AuthresResult& result) {
  for (cursor.skip(); !cursor.is_at_end() && !cursor.is_at(';'); cursor.skip()) {
    AuthresProperty property{.type = cursor.keyword()};
    cursor.skip();
    const bool has_name = cursor.take('.');
    if (has_name) {
      cursor.skip();
      property.name = cursor.keyword();
      cursor.skip();
    }
    if (property.type.empty() || (has_name && property.name.empty()) || !cursor.take('=')) {
      return refuse(fmt::format("what is behind {}= can't be read", base::printable(result.method, 40)));
    }
    cursor.skip();
    property.value = cursor.value();
    if (!has_name && property.type == "reason") result.reason = property.value;
    if (!has_name) continue;
    if (result.properties.size() == Authres::kMostProperties) {
      return refuse(fmt::format("a result has more than {} properties", Authres::kMostProperties));
    }
    result.properties.push_back(std::move(property));
  }
  return {};
}

/// Takes a result, behind its ";". None for one that says nothing to us.
base::Result<std::optional<AuthresResult>> take_result(Cursor& cursor) {
  AuthresResult result{.method = cursor.keyword()};
  const bool is_known_version = take_method_version(cursor);
  cursor.skip();
  if (result.method == "none" && (cursor.is_at_end() || cursor.is_at(';'))) return std::nullopt;
  if (result.method.empty() || !cursor.take('=')) return refuse("a result has no method");
  cursor.skip();
  const auto value = parse_method_result(cursor.keyword());
  if (auto taken = take_facts(cursor, result); !taken) return std::unexpected(std::move(taken.error()));
  if (!value || !is_known_version) return std::nullopt;
  result.result = *value;
  return result;
}

base::Result<void> take_head(Cursor& cursor, Authres& authres) {
  authres.id = take_id(cursor);
  if (authres.id.empty() || cursor.is_at('=')) return refuse("there is no authserv-id");
  cursor.skip();
  const auto version = cursor.take_while(base::is_digit);
  if (!version.empty() && version != "1") {
    return refuse(fmt::format("version {} is not known", base::printable(version, 40)));
  }
  cursor.skip();
  if (!cursor.is_at_end() && !cursor.is_at(';')) return refuse("there is no \";\" behind the authserv-id");
  return {};
}

/// The domain of an address as writers put it: with or without local part and angle brackets.
std::string domain_in(std::string_view address) {
  if (address.starts_with('<')) address.remove_prefix(1);
  if (address.ends_with('>')) address.remove_suffix(1);
  const auto at = address.rfind('@');
  return base::domain_key(at == std::string_view::npos ? address : address.substr(at + 1));
}

SpfFinding spf_of(const AuthresResult& result) {
  SpfFinding found{.result = result.result, .domain = domain_in(result.find("smtp", "mailfrom"))};
  if (!found.domain.empty()) return found;
  found.domain = domain_in(result.find("smtp", "helo"));
  found.is_helo = true;
  return found;
}

DkimResult dkim_of(const AuthresResult& result) {
  DkimResult found{.result = result.result, .why = base::printable(result.reason)};
  const auto domain = result.find("header", "d");
  found.domain = domain_in(domain.empty() ? result.find("header", "i") : domain);
  found.selector = base::printable(result.find("header", "s"));
  found.algorithm = base::printable(result.find("header", "a"));
  found.identity = base::printable(result.find("header", "i"));
  found.signature_start = base::printable(result.find("header", "b"));
  return found;
}

DmarcResult dmarc_of(const AuthresResult& result) {
  DmarcResult found{.result = result.result, .author_domain = domain_in(result.find("header", "from"))};
  found.why = base::printable(result.reason);
  const auto policy = result.find("policy", "dmarc");
  for (std::size_t i = 0; i < kDmarcPolicyNames.size(); ++i) {
    if (base::iequals(policy, kDmarcPolicyNames[i])) found.policy = static_cast<DmarcPolicy>(i);
  }
  return found;
}

void add_dkim(const AuthresResult& result, Authentication& found) {
  if (!found.dkim) found.dkim.emplace();
  if (result.result != MethodResult::None) found.dkim->push_back(dkim_of(result));
}

void add(const AuthresResult& result, Authentication& found) {
  if (result.method == "dkim") add_dkim(result, found);
  if (result.method == "dmarc" && !found.dmarc) found.dmarc = dmarc_of(result);
  // Some write a result for MAIL FROM and another for HELO.
  if (result.method == "spf" && (!found.spf || found.spf->is_helo)) {
    auto spf = spf_of(result);
    if (!found.spf || !spf.is_helo) found.spf = std::move(spf);
  }
}

/// Returns what one field says.
Authentication findings_of(const Authres& authres) {
  Authentication found;
  for (const auto& result : authres.results) add(result, found);
  return found;
}

/// The field does not say what has passed for DMARC, but the others do.
DmarcResult::Aligned aligned_by(const Authentication& found) {
  const auto& author = found.dmarc->author_domain;
  const auto is_of_author = [&](const DkimResult& one) {
    return one.result == MethodResult::Pass &&
           (is_within(one.domain, author) || is_within(author, one.domain));
  };
  if (found.dkim && std::ranges::any_of(*found.dkim, is_of_author)) return DmarcResult::Aligned::Dkim;
  const bool is_spf = found.spf && found.spf->result == MethodResult::Pass;
  return is_spf ? DmarcResult::Aligned::Spf : DmarcResult::Aligned::Dkim;
}

/// True if DMARC's result could not be had without a look at the signatures. OpenDKIM writes nothing on a
/// mail that has none. A pass that SPF doesn't explain is that of a signature which the field leaves out.
bool shows_no_signature(const Authentication& found) {
  if (found.dkim || !found.dmarc || found.dmarc->result == MethodResult::TempError) return false;
  return found.dmarc->result != MethodResult::Pass || found.dmarc->aligned == DmarcResult::Aligned::Spf;
}

}  // namespace

std::string_view AuthresResult::find(std::string_view type, std::string_view name) const {
  const auto found = std::ranges::find_if(
      properties, [&](const AuthresProperty& one) { return one.type == type && one.name == name; });
  return found == properties.end() ? std::string_view() : found->value;
}

base::Result<Authres> parse_authres(std::string_view value) {
  if (value.size() > Authres::kMostBytes) {
    return refuse(fmt::format("the field has more than {} bytes", Authres::kMostBytes));
  }
  Cursor cursor(value);
  Authres authres;
  if (auto head = take_head(cursor, authres); !head) return std::unexpected(std::move(head.error()));
  while (cursor.take(';')) {
    cursor.skip();
    if (cursor.is_at_end() || cursor.is_at(';')) continue;
    auto result = take_result(cursor);
    if (!result) return std::unexpected(std::move(result.error()));
    if (!*result) continue;
    if (authres.results.size() == Authres::kMostResults) {
      return refuse(fmt::format("there are more than {} results", Authres::kMostResults));
    }
    authres.results.push_back(std::move(**result));
  }
  if (cursor.has_failed()) return refuse("a comment or a quoted string has no end");
  return authres;
}

std::string authserv_id(std::string_view value) {
  Cursor cursor(value);
  return take_id(cursor);
}

bool bears_id(const mail::Field& field, std::span<const std::string> ids) {
  if (!base::iequals(base::trim(field.name), kAuthresName)) return false;
  const auto key = base::domain_key(authserv_id(field.value));
  return !key.empty() &&
         std::ranges::any_of(ids, [&](const std::string& id) { return base::domain_key(id) == key; });
}

std::vector<Authres> trusted_results(std::span<const mail::Field> header, std::span<const std::string> ids,
                                     AuthresPlace place) {
  const auto is_received = [](const mail::Field& field) {
    return base::iequals(base::trim(field.name), "Received");
  };
  auto own = static_cast<std::size_t>(std::ranges::find_if(header, is_received) - header.begin());
  if (place == AuthresPlace::Below) own = std::min(own + 2, header.size());
  std::vector<Authres> trusted;
  for (const auto& field : header.first(own)) {
    if (!bears_id(field, ids)) continue;
    if (auto authres = parse_authres(field.value)) trusted.push_back(std::move(*authres));
  }
  return trusted;
}

Authentication authentication_of(std::span<const Authres> trusted) {
  Authentication found;
  for (const auto& authres : trusted) {
    auto one = findings_of(authres);
    if (!found.spf) found.spf = std::move(one.spf);
    if (!found.dkim) found.dkim = std::move(one.dkim);
    if (!found.dmarc) found.dmarc = std::move(one.dmarc);
  }
  const bool has_passed = found.dmarc && found.dmarc->result == MethodResult::Pass;
  if (has_passed) found.dmarc->aligned = aligned_by(found);
  if (shows_no_signature(found)) found.dkim.emplace();
  return found;
}

}  // namespace backstop::auth
