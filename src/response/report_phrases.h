// The words of bounces and delay notices in all languages.
#pragma once

#include <span>
#include <string_view>

namespace backstop::response {

/// What a report says, whoever wrote it: that a mail was not delivered, and that it is only late.
std::span<const std::string_view> failure_phrases();
std::span<const std::string_view> delay_phrases();
/// What comes before an original that is returned as text: the report ends there.
std::span<const std::string_view> original_markers();
/// Failures and delays in subjects. A subject alone proves nothing.
std::span<const std::string_view> failure_subjects();
std::span<const std::string_view> delay_subjects();

}  // namespace backstop::response
