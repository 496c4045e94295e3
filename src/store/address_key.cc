#include "store/address_key.h"

#include <algorithm>

#include "base/domain_key.h"
#include "base/text.h"

namespace backstop::store {

namespace {

constexpr std::string_view kPrvs = "prvs=";
constexpr std::size_t kTagSize = 10;  // KDDDSSSSSS; Cisco leaves the K out
constexpr std::size_t kHexSize = 6;

bool is_tag(std::string_view text) {
  if (text.size() != kTagSize && text.size() != kTagSize - 1) return false;
  const std::string_view digits = text.substr(0, text.size() - kHexSize);
  return std::ranges::all_of(digits, base::is_digit) &&
         std::ranges::all_of(text, [](char c) { return base::hex_value(c) >= 0; });
}

/// What follows `end` in `text`; empty where it isn't there.
std::string_view after(std::string_view text, std::string_view end) {
  const auto at = text.find(end);
  return at == std::string_view::npos ? std::string_view() : text.substr(at + end.size());
}

/// USER of "TAG=USER", "USER=TAG" and "USER/TAG", or nothing.
std::string_view user_beside_tag(std::string_view text) {
  if (is_tag(text.substr(0, text.find('=')))) return after(text, "=");
  const auto at = text.find_last_of("=/");
  return at != std::string_view::npos && is_tag(text.substr(at + 1)) ? text.substr(0, at)
                                                                     : std::string_view();
}

/// USER of "USER+prvs=TAG" with any delimiter, or nothing.
std::string_view user_before_sub_address(std::string_view local) {
  constexpr std::size_t kTail = 1 + kPrvs.size() + kTagSize;
  if (local.size() <= kTail) return {};
  const std::string_view tail = local.substr(local.size() - kTail + 1);
  return tail.starts_with(kPrvs) && is_tag(tail.substr(kPrvs.size())) ? local.substr(0, local.size() - kTail)
                                                                      : std::string_view();
}

/// `local` is in lower case.
std::string_view user_of(std::string_view local) {
  constexpr std::string_view kBarracuda = "btv1==";
  constexpr std::string_view kSparkPost = "msprvs1=";
  std::string_view user;
  if (local.starts_with(kPrvs)) user = user_beside_tag(local.substr(kPrvs.size()));
  if (local.starts_with(kBarracuda)) user = after(local.substr(kBarracuda.size()), "==");
  if (local.starts_with(kSparkPost)) user = after(local.substr(kSparkPost.size()), "=");
  if (user.empty()) user = user_before_sub_address(local);
  return user.empty() ? local : user;
}

}  // namespace

std::string address_key(std::string_view address) {
  const std::string lower = base::address_key(address);
  const std::string_view text = lower;
  const auto at = text.rfind('@');
  if (at == std::string_view::npos) return std::string(user_of(text));
  return std::string(user_of(text.substr(0, at))).append(text.substr(at));
}

}  // namespace backstop::store
