#include "response/person.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "response/original.h"

namespace backstop::response {
namespace {

// Programs that people write mail with, as User-Agent and X-Mailer name them. Those that are also a mail
// server are left out (GroupWise, Lotus Notes, Internet Mail Service, CommuniGate Pro).
constexpr std::array kMailPrograms = std::to_array<std::string_view>(
    {"outlook",    "thunderbird",  "apple mail", "iphone mail",  "ipad mail",  "mutt",      "the bat!",
     "evolution",  "kmail",        "roundcube",  "squirrelmail", "eudora",     "pegasus",   "becky",
     "claws mail", "sylpheed",     "mailmate",   "airmail",      "em client",  "foxmail",   "webmail",
     "mailclient", "mailspring",   "gnus",       "alpine",       "opera mail", "seamonkey", "horde",
     "(imp)",      "windows mail", "live mail",  "android",      "zimbra",     "sogo",      "rainloop",
     "snappymail", "k-9 mail",     "fairemail",  "trojita",      "geary",      "icedove",   "betterbird",
     "postbox",    "mozilla",      "emacs",      "neomutt",      "mailbird"});

}  // namespace

bool has_mail_program(const mail::Message& message) {
  return std::ranges::any_of(message.fields_of(message.parts[0]), [](const mail::Field& field) {
    return (field.id == mail::FieldName::UserAgent || field.id == mail::FieldName::XMailer) &&
           std::ranges::any_of(kMailPrograms,
                               [&](std::string_view name) { return base::icontains(field.value, name); });
  });
}

bool begins_with_greeting(const ReportText& text) {
  constexpr std::size_t kLongest = 48;
  constexpr std::array kGreetings = std::to_array<std::string_view>(
      {"hi",           "hello",       "hey",       "dear",      "good ",       "hallo",     "guten ",
       "sehr geehrte", "liebe",       "moin",      "servus",    "bonjour",     "bonsoir",   "salut",
       "chère",        "cher ",       "madame",    "hola",      "buenos ",     "buenas ",   "estimad",
       "ciao",         "buongiorno",  "buonasera", "gentile",   "olá",         "bom dia",   "boa tarde",
       "prezad",       "caro ",       "beste",     "geachte",   "goedemorgen", "goedendag", "hej",
       "god dag",      "dzień dobry", "szanown",   "dobrý den", "colleagues",  "folks",     "all,",
       "team,"});
  const auto& lines = text.lines();
  if (lines.empty()) return false;
  // OpenSMTPD greets, too.
  if (lines.size() > 1 && base::istarts_with(text.text_of(lines[1]), "this is the mailer-daemon"))
    return false;
  const std::string_view line = text.text_of(lines[0]);
  if (line.size() > kLongest || line.ends_with('.')) return false;
  return std::ranges::any_of(kGreetings,
                             [&](std::string_view word) { return base::istarts_with(line, word); });
}

bool is_calendar_mail(const mail::Message& message) {
  return std::ranges::any_of(message.parts, [&](const mail::Part& part) {
    const bool is_calendar = (base::iequals(part.type, "text") && base::iequals(part.subtype, "calendar")) ||
                             (base::iequals(part.type, "application") && base::iequals(part.subtype, "ics"));
    return is_calendar && !is_inside_message(message, part);
  });
}

}  // namespace backstop::response
