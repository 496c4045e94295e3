#include "response/certified_mail.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>

#include "base/domain_key.h"
#include "base/text.h"
#include "response/address_scan.h"

namespace backstop::response {
namespace {

struct Receipt {
  std::string_view value;
  Action action;
};

// Decree of 2 November 2005 on certified mail, annex, 6.
constexpr std::array kReceipts = std::to_array<Receipt>({
    {"accettazione", Action::Relayed},
    {"presa-in-carico", Action::Relayed},
    {"avvenuta-consegna", Action::Delivered},
    {"non-accettazione", Action::Failed},
    {"errore-consegna", Action::Failed},
    {"rilevazione-virus", Action::Failed},
    {"preavviso-errore-consegna", Action::Delayed},
});

// Returns where the words end that come before the recipients, or npos.
std::size_t end_of_lead(std::string_view text) {
  constexpr std::array kLeads = std::to_array<std::string_view>(
      {"destinato all'utente", "destinato all’utente", "destinato alla casella", "destinato a",
       "indirizzato a", "indirizzato all'utente", "indirizzato all’utente", "diretto a", "inviato a"});
  std::size_t begin = std::string_view::npos;
  std::size_t end = std::string_view::npos;
  for (const auto lead : kLeads) {
    const std::size_t at = base::ifind(text, lead);
    if (at > begin || at == std::string_view::npos) continue;
    end = at == begin ? std::max(end, at + lead.size()) : at + lead.size();
    begin = at;
  }
  return end;
}

// Returns the words of the error: up to the sentence that says what became of the mail, or to its id.
std::string_view error_of(std::string_view text) {
  constexpr std::size_t kLongest = 500;
  constexpr std::array kErrors = std::to_array<std::string_view>({"errore:", "motivo:", "motivazione:"});
  constexpr std::array kEnds = std::to_array<std::string_view>({"il messaggio", "identificativo"});
  text = base::utf8_prefix(text, kLongest);
  for (const auto error : kErrors) {
    if (const std::size_t at = base::ifind(text, error); at != std::string_view::npos) {
      text.remove_prefix(at + error.size());
      break;
    }
  }
  for (const auto end : kEnds) text = text.substr(0, base::ifind(text, end));
  constexpr std::string_view kMarks = " \":;,.)>";
  text.remove_prefix(std::min(text.find_first_not_of(kMarks), text.size()));
  return base::trim(text);
}

}  // namespace

Action certified_action(std::string_view receipt) {
  receipt = base::trim(receipt);
  const auto known =
      std::ranges::find_if(kReceipts, [&](const Receipt& row) { return base::iequals(row.value, receipt); });
  return known == kReceipts.end() ? Action::None : known->action;
}

Kind certified_kind(Action action) {
  switch (action) {
    case Action::Failed:
      return Kind::DsnFailed;
    case Action::Delayed:
      return Kind::DsnDelayed;
    case Action::Delivered:
    case Action::Relayed:
      return Kind::DsnDelivered;
    default:
      return Kind::None;
  }
}

bool read_certified_notice(const ReportText& text, std::size_t most, std::vector<Recipient>& recipients) {
  constexpr std::size_t kMostBetween = 40;  // '("posta certificata")' comes after each of several
  constexpr std::size_t kLongest = 400;
  std::string_view rest = text.report();
  const std::size_t begin = end_of_lead(rest);
  if (begin == std::string_view::npos) return false;
  rest.remove_prefix(begin);
  const std::size_t first = recipients.size();
  std::unordered_set<std::string> known;
  bool is_full = false;
  while (!is_full) {
    const FoundAddress found = find_address(rest.substr(0, kLongest));
    if (found.text.empty() || found.begin > kMostBetween ||
        base::icontains(rest.substr(0, found.begin), "identificativo"))
      break;
    if (known.insert(base::address_key(found.text)).second) {
      is_full = recipients.size() - first >= most;
      if (!is_full) recipients.emplace_back().address = found.text;
    }
    rest.remove_prefix(found.end);
  }
  const std::string_view error = error_of(rest);
  for (std::size_t i = first; i < recipients.size(); ++i) recipients[i].diagnostic = error;
  return is_full;
}

}  // namespace backstop::response
