// Notices of Italian certified mail (PEC). Its providers name the kind of a notice in the field X-Ricevuta
// and write from an ordinary address, "Per conto di: ...". The recipient is named in a sentence alone.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "response/report_text.h"
#include "response/response.h"

namespace backstop::response {

/// The name of its row in formats.h.
inline constexpr std::string_view kCertifiedMail = "Italian certified mail (PEC)";

/// Returns what the provider did, by the value of X-Ricevuta; None if it is no known one. A mail that was
/// accepted, or taken over by the other provider, counts as relayed.
Action certified_action(std::string_view receipt);

/// Returns the kind of a notice that tells this, or None.
Kind certified_kind(Action action);

/// Appends the recipients that come after "destinato all'utente" or "indirizzato a", with the words of the
/// error. Returns true if there were more than `most`. Takes linear time.
bool read_certified_notice(const ReportText& text, std::size_t most, std::vector<Recipient>& recipients);

}  // namespace backstop::response
