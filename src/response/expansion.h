// Finds out which address a failed recipient was expanded from: "<bob@example.com> (expanded from
// <team@example.org>)" of Postfix, "(generated from team@example.org)" of Exim, "(expanded from:
// <team@example.org>)" of Sendmail.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "response/report_text.h"
#include "response/response.h"

namespace backstop::response {

/// Phrases one of which is in every text in which find_expansions() finds something.
std::span<const std::string_view> expansion_phrases();

/// Returns whether a text that ends with `before` goes on with the address that a recipient was expanded
/// from, which did not fail itself.
bool is_after_expansion(std::string_view before);

/// Sets the original address of the recipients that have none and that the text says were expanded from
/// another address. Takes linear time.
void find_expansions(const ReportText& text, std::vector<Recipient>& recipients);

}  // namespace backstop::response
