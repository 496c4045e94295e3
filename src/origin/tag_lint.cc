#include "origin/tag_lint.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/day.h"
#include "base/text.h"
#include "mail/address_syntax.h"
#include "origin/tag_evidence.h"
#include "origin/tag_window.h"

namespace backstop::origin {

namespace {

struct Subject {
  const mail::Address& address;
  const Tag& tag;
  std::chrono::sys_days today;
  const TagSettings& settings;
  const std::optional<TagCheck>& check;  ///< if there are keys
};

using Findings = std::vector<LintFinding>;

bool has_upper_case(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return base::ascii_lower(c) != c; });
}

bool is_matched(const std::optional<TagCheck>& check) {
  return check && check->is_ours();
}

void check_length(const Subject& subject, Findings& findings) {
  if (subject.address.local.size() <= mail::kLocalMost) return;
  findings.push_back(
      {"local-part-too-long", fmt::format("The local part has {} octets; servers may refuse more than {}.",
                                          subject.address.local.size(), mail::kLocalMost)});
}

void check_nesting(const Subject& subject, Findings& findings) {
  const auto& plain = subject.tag.plain;
  if (begins_like_tag(plain.local) || find_tag(plain, subject.settings.delimiter)) {
    findings.push_back(
        {"tagged-twice", "The tag is followed by another tag: two systems signed this address."});
  } else if (is_srs(plain.local)) {
    findings.push_back(
        {"srs",
         "The tag is followed by an address that a forwarder rewrote (SRS); it should not be tagged."});
  }
}

void check_shape(const Subject& subject, Findings& findings) {
  const auto shape = subject.tag.shape;
  if (is_verifiable(shape)) return;
  findings.push_back(
      {"foreign", fmt::format("This is a tag of {}, which nobody else can check.", product(shape))});
}

void check_case(const Subject& subject, Findings& findings) {
  if (has_upper_case(std::string_view(subject.tag.value))) {
    findings.push_back(
        {"upper-case-hash",
         "The hash is in upper case: a server changed it on the way, and Exim takes it for a bad one."});
  }
  // The case doesn't matter to our own tags, and with the key we know that this is one.
  const bool is_case_proof = is_matched(subject.check) && subject.check->mac_over == MacOver::Folded;
  if (has_upper_case(subject.tag.plain.local) && !is_case_proof) {
    findings.push_back(
        {"mixed-case",
         "The user's part has capital letters: a tag that Exim or batv-tools made over it fails once a "
         "server changes its case. Tags of Backstop don't."});
  }
}

void check_window(const Subject& subject, Findings& findings) {
  // Without the key nobody can tell which family it is; Exim's is by far the most used.
  const auto family = is_matched(subject.check) ? subject.check->family : TagFamily::Exim;
  const int digits = day_digits(subject.tag);
  const auto [last_good_day, is_open] = window(digits, family, subject.today, subject.settings.lifetime);
  if (is_open) return;
  if (last_good_day > subject.today) {
    findings.push_back({"ahead", fmt::format("Its day, {:03}, is {}, later than a tag of today can be.",
                                             digits, base::format_day(last_good_day))});
    return;
  }
  findings.push_back({"expired", fmt::format("Its day, {:03}, says that it was good only until {}.", digits,
                                             base::format_day(last_good_day))});
}

void check_hash(const Subject& subject, Findings& findings) {
  if (!subject.check) return;
  const auto outcome = subject.check->outcome;
  if (outcome == TagOutcome::BadMac || outcome == TagOutcome::UnknownKey) {
    findings.push_back({name(outcome), explain(*subject.check, subject.address)});
  }
}

void check_tagged(const Subject& subject, Findings& findings) {
  check_shape(subject, findings);
  check_length(subject, findings);
  check_nesting(subject, findings);
  if (!is_verifiable(subject.tag.shape)) return;
  check_case(subject, findings);
  check_window(subject, findings);
  check_hash(subject, findings);
}

void check_untagged(const mail::Path& path, const TagSettings& settings, Findings& findings) {
  if (!path.is_null() && begins_like_tag(path.address->local)) {
    findings.push_back(
        {"malformed", "It begins like a tag, but what follows is not the tag of any known product."});
    return;
  }
  if (const auto reason = why_not_signed(path, settings)) {
    findings.push_back({name(*reason), fmt::format("It would not be tagged: {}.", explain(*reason))});
  }
}

}  // namespace

TagLint lint(const mail::Path& path, std::chrono::sys_days today, const TagSettings& settings,
             const KeyRing* keys) {
  TagLint result;
  if (!path.is_null()) result.tag = find_tag(*path.address, settings.delimiter);
  if (!result.tag) {
    check_untagged(path, settings, result.findings);
    return result;
  }
  std::optional<TagCheck> check;
  if (keys != nullptr) check = verify(*path.address, *keys, today, settings);
  check_tagged({*path.address, *result.tag, today, settings, check}, result.findings);
  return result;
}

}  // namespace backstop::origin
