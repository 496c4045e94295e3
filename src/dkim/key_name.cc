#include "dkim/key_name.h"

#include <algorithm>

#include "base/domain_key.h"
#include "base/text.h"

namespace backstop::dkim {

namespace {

constexpr std::string_view kMiddle = "._domainkey.";
constexpr std::size_t kLabelMost = 63;

bool is_label(std::string_view text) {
  const auto is_fit = [](char c) { return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_'; };
  return !text.empty() && text.size() <= kLabelMost && std::ranges::all_of(text, is_fit);
}

bool is_dns_name(std::string_view text) {
  for (std::size_t dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.')) {
    if (!is_label(text.substr(0, dot))) return false;
    text.remove_prefix(dot + 1);
  }
  return is_label(text);
}

}  // namespace

std::string KeyName::text() const {
  std::string text = selector;
  return text.append(kMiddle).append(domain);
}

std::optional<KeyName> make_key_name(std::string_view selector, std::string_view domain) {
  KeyName name{base::domain_key(selector), base::domain_key(domain)};
  if (name.selector.size() + kMiddle.size() + name.domain.size() > KeyName::kMost) return std::nullopt;
  if (!is_dns_name(name.selector) || !is_dns_name(name.domain)) return std::nullopt;
  return name;
}

std::optional<KeyName> parse_key_name(std::string_view text) {
  const auto middle = base::ifind(text, kMiddle);
  if (middle == std::string_view::npos) return std::nullopt;
  return make_key_name(text.substr(0, middle), text.substr(middle + kMiddle.size()));
}

}  // namespace backstop::dkim
