#include "dkim/signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "base/domain_key.h"
#include "base/text.h"
#include "dkim/tag_list.h"

namespace backstop::dkim {

namespace {

using Step = std::expected<void, Fault>;

std::unexpected<Fault> refuse(std::string why, Outcome outcome = Outcome::Malformed) {
  return std::unexpected(Fault{outcome, std::move(why)});
}

/// Where a tag is read into, with the start of the tag list in the field.
struct Draft {
  Signature& signature;
  std::size_t list_begin;
};

Step read_version(const Tag& tag, Draft&) {
  if (tag.value != "1") return refuse("v= is not 1");
  return {};
}

Step read_algorithm(const Tag& tag, Draft& draft) {
  const auto* const found = std::ranges::find(kAlgorithmNames, tag.value);
  if (found == kAlgorithmNames.end()) {
    return refuse(fmt::format("a={} is not taken", base::printable(tag.value, 40)), Outcome::WrongAlgorithm);
  }
  draft.signature.algorithm = static_cast<Algorithm>(found - kAlgorithmNames.begin());
  return {};
}

Step read_value(const Tag& tag, Draft& draft) {
  auto value = decode_base64_value(tag.value);
  if (!value || value->empty()) return refuse("b= is no base64");
  if (value->size() > Signature::kMostValue) {
    return refuse(fmt::format("b= has more than {} bytes", Signature::kMostValue));
  }
  draft.signature.value = std::move(*value);
  draft.signature.value_begin = draft.list_begin + tag.begin;
  draft.signature.value_end = draft.list_begin + tag.end;
  return {};
}

Step read_body_hash(const Tag& tag, Draft& draft) {
  const auto hash = decode_base64_value(tag.value);
  if (!hash || hash->size() != draft.signature.body_hash.size()) return refuse("bh= is no SHA-256 in base64");
  std::ranges::transform(*hash, draft.signature.body_hash.begin(),
                         [](char c) { return static_cast<unsigned char>(c); });
  return {};
}

std::optional<Canonical> canonical_of(std::string_view word) {
  if (word == "simple") return Canonical::Simple;
  if (word == "relaxed") return Canonical::Relaxed;
  return std::nullopt;
}

Step read_canonical(const Tag& tag, Draft& draft) {
  const auto slash = tag.value.find('/');
  const auto header = canonical_of(tag.value.substr(0, slash));
  const auto body =
      slash == std::string_view::npos ? Canonical::Simple : canonical_of(tag.value.substr(slash + 1));
  if (!header || !body) {
    return refuse(fmt::format("c={} is not known", base::printable(tag.value, 40)));
  }
  draft.signature.header = *header;
  draft.signature.body = *body;
  return {};
}

bool is_field_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

Step read_names(const Tag& tag, Draft& draft) {
  auto names = split_at_colons(tag.value);
  if (names.size() > Signature::kMostNames) {
    return refuse(fmt::format("h= has more than {} names", Signature::kMostNames));
  }
  if (!std::ranges::all_of(names, is_field_name))
    return refuse("h= has something that is no name of a field");
  draft.signature.names = std::move(names);
  if (!draft.signature.covers("From")) return refuse("h= does not name From", Outcome::FromUnsigned);
  return {};
}

/// The identity may be of a subdomain, never of another domain (RFC 6376 3.5).
Step read_identity(const Tag& tag, Draft& draft) {
  const auto at = tag.value.rfind('@');
  if (at == std::string_view::npos || at + 1 == tag.value.size()) return refuse("i= has no domain");
  draft.signature.identity_domain = base::domain_key(tag.value.substr(at + 1));
  return {};
}

/// RFC 6376 3.5 lets t= and x= have 12 digits, and l= 76.
std::optional<std::uint64_t> number_of(std::string_view digits, std::size_t most_digits) {
  if (digits.empty() || digits.size() > most_digits) return std::nullopt;
  if (!std::ranges::all_of(digits, base::is_digit)) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() ? number : std::numeric_limits<std::uint64_t>::max();
}

Step read_length(const Tag& tag, Draft& draft) {
  draft.signature.body_length = number_of(tag.value, 76);
  if (!draft.signature.body_length) return refuse("l= is no number");
  return {};
}

Step read_time(const Tag& tag, std::optional<std::chrono::sys_seconds>& time) {
  const auto seconds = number_of(tag.value, 12);
  if (!seconds) return refuse(fmt::format("{}= is no time", tag.name));
  time = std::chrono::sys_seconds(std::chrono::seconds(*seconds));
  return {};
}

Step read_signed_at(const Tag& tag, Draft& draft) {
  return read_time(tag, draft.signature.signed_at);
}
Step read_expires(const Tag& tag, Draft& draft) {
  return read_time(tag, draft.signature.expires);
}

Step read_query(const Tag& tag, Draft&) {
  if (has_item(tag, "dns/txt")) return {};
  return refuse("q= does not have dns/txt");
}

struct Row {
  std::string_view name;
  bool is_required;
  Step (*read)(const Tag&, Draft&);  ///< null for d= and s=, which are read together
};

constexpr Row kRows[] = {
    {"v", true, read_version},    {"a", true, read_algorithm},  {"b", true, read_value},
    {"bh", true, read_body_hash}, {"c", false, read_canonical}, {"d", true, nullptr},
    {"h", true, read_names},      {"i", false, read_identity},  {"l", false, read_length},
    {"q", false, read_query},     {"s", true, nullptr},         {"t", false, read_signed_at},
    {"x", false, read_expires},
};

Step read_tags(const TagList& tags, Draft& draft) {
  for (const auto& row : kRows) {
    const Tag* const tag = tags.find(row.name);
    if (tag == nullptr && row.is_required) return refuse(fmt::format("{}= is missing", row.name));
    if (tag == nullptr || row.read == nullptr) continue;
    if (auto read = row.read(*tag, draft); !read) return read;
  }
  return {};
}

Step read_key_name(const TagList& tags, Signature& signature) {
  auto key = make_key_name(tags.find("s")->value, tags.find("d")->value);
  if (!key) return refuse("s= or d= is no name that DNS can have");
  signature.key = std::move(*key);
  std::string_view identity = signature.identity_domain;
  if (identity.empty()) {
    signature.identity_domain = signature.key.domain;
    return {};
  }
  const bool is_within = identity == signature.key.domain || identity.ends_with("." + signature.key.domain);
  if (!is_within) return refuse("i= is not within d=");
  return {};
}

/// Returns the offset of the field's value; nullopt for any other field.
std::optional<std::size_t> value_offset(std::string_view field) {
  const auto colon = field.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  if (!base::iequals(base::trim(field.substr(0, colon)), "DKIM-Signature")) return std::nullopt;
  return colon + 1;
}

std::string_view without_line_end(std::string_view field) {
  if (field.ends_with('\n')) field.remove_suffix(1);
  if (field.ends_with('\r')) field.remove_suffix(1);
  return field;
}

}  // namespace

bool Signature::covers(std::string_view field_name) const {
  return std::ranges::any_of(names, [&](auto name) { return base::iequals(name, field_name); });
}

std::expected<Signature, Fault> parse_signature(std::string_view field) {
  Signature signature;
  signature.field = without_line_end(field);
  if (signature.field.size() > Signature::kMostField) {
    return refuse(fmt::format("the field has more than {} bytes", Signature::kMostField));
  }
  const auto begin = value_offset(signature.field);
  if (!begin) return refuse("it is no DKIM-Signature field");
  const auto tags = TagList::parse(signature.field.substr(*begin));
  if (!tags) return refuse(tags.error().message);
  Draft draft{signature, *begin};
  if (auto read = read_tags(*tags, draft); !read) return std::unexpected(std::move(read.error()));
  if (auto read = read_key_name(*tags, signature); !read) return std::unexpected(std::move(read.error()));
  return signature;
}

}  // namespace backstop::dkim
