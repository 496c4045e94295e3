#include "mailbox/arrival.h"

#include <array>
#include <utility>

#include "mail/address_list.h"
#include "mail/date.h"

namespace backstop::mailbox {

namespace {

using std::chrono::sys_days;

constexpr sys_days kFirstDay = std::chrono::year{1980} / 1 / 1;
constexpr sys_days kLastDay = std::chrono::year{2100} / 1 / 1;
constexpr std::size_t kMostRecipients = 10;

// The fields by which MTAs keep the envelope recipient. The address from before an alias was expanded comes
// first: that is the address that was written to.
constexpr std::array kRecipientFields = {mail::FieldName::XOriginalTo, mail::FieldName::EnvelopeTo,
                                         mail::FieldName::XEnvelopeTo, mail::FieldName::DeliveredTo};

std::optional<sys_days> day_of(std::string_view date) {
  const auto time = mail::parse_date(date);
  if (!time) return std::nullopt;
  const auto day = std::chrono::floor<std::chrono::days>(*time);
  if (day < kFirstDay || day >= kLastDay) return std::nullopt;
  return day;
}

void add_addresses(const mail::Message& message, mail::FieldName name, std::vector<mail::Address>& found) {
  for (const mail::Field& field : message.fields_of(message.parts.front())) {
    if (field.id != name || found.size() >= kMostRecipients) continue;
    for (mail::Address& address : mail::parse_address_list(field.value, kMostRecipients - found.size())) {
      found.push_back(std::move(address));
    }
  }
}

}  // namespace

std::optional<sys_days> day_of_arrival(const mail::Message& message) {
  if (message.parts.empty()) return std::nullopt;
  const mail::Part& whole = message.parts.front();
  // RFC 5321 4.4: the date of Received follows its last semicolon.
  const std::string_view received = message.value(whole, mail::FieldName::Received);
  if (const std::size_t at = received.rfind(';'); at != std::string_view::npos) {
    if (const auto day = day_of(received.substr(at + 1))) return day;
  }
  return day_of(message.value(whole, mail::FieldName::Date));
}

std::vector<mail::Address> arrival_recipients(const mail::Message& message) {
  std::vector<mail::Address> found;
  if (message.parts.empty()) return found;
  for (const mail::FieldName name : kRecipientFields) add_addresses(message, name, found);
  if (found.empty()) add_addresses(message, mail::FieldName::To, found);
  return found;
}

}  // namespace backstop::mailbox
