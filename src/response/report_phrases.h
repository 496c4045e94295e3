// The words of bounces and delay notices in all languages.
#pragma once

#include <span>
#include <string_view>

namespace backstop::response {

/// Phrases of a report that says that a mail was not delivered, whoever wrote it; and that it is late only.
std::span<const std::string_view> failure_phrases();
std::span<const std::string_view> delay_phrases();
/// What stands before an original that is returned as text: the report ends there.
std::span<const std::string_view> original_markers();
/// Failures and delays in subjects. A subject proves nothing alone; see candidate.cc.
std::span<const std::string_view> failure_subjects();
std::span<const std::string_view> delay_subjects();

}  // namespace backstop::response
