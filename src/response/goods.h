// Recognises mail about what its reader bought, booked or gets by post. Shops and parcel services write from
// the null sender and in the words of mail systems: "could not be delivered", "we have received your
// request". Pure.
#pragma once

#include "response/header_facts.h"
#include "response/report_text.h"

namespace backstop::response {

/// Returns whether the subject or the first words are about goods: "your order", "Paket 123".
bool is_about_goods(const HeaderFacts& header, const ReportText& text);

/// Returns whether they are about a parcel that a post or a courier carries.
bool is_about_a_parcel(const HeaderFacts& header, const ReportText& text);

}  // namespace backstop::response
