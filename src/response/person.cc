#include "response/person.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "mail/header_text.h"
#include "response/address_scan.h"
#include "response/original.h"
#include "response/word_set.h"

namespace backstop::response {
namespace {

// Programs that people write mail with, as User-Agent and X-Mailer name them. Those that are also a mail
// server are left out (GroupWise, Lotus Notes, Internet Mail Service, CommuniGate Pro).
constexpr WordSet kMailPrograms(std::to_array<std::string_view>(
    {"outlook",    "thunderbird",  "apple mail", "iphone mail",  "ipad mail",  "mutt",      "the bat!",
     "evolution",  "kmail",        "roundcube",  "squirrelmail", "eudora",     "pegasus",   "becky",
     "claws mail", "sylpheed",     "mailmate",   "airmail",      "em client",  "foxmail",   "webmail",
     "mailclient", "mailspring",   "gnus",       "alpine",       "opera mail", "seamonkey", "horde",
     "(imp)",      "windows mail", "live mail",  "android",      "zimbra",     "sogo",      "rainloop",
     "snappymail", "k-9 mail",     "fairemail",  "trojita",      "geary",      "icedove",   "betterbird",
     "postbox",    "mozilla",      "emacs",      "neomutt",      "mailbird"}));

constexpr std::size_t kLongestGreeting = 48;
constexpr std::string_view kEndOfGreeting = " ,:!-";

}  // namespace

bool has_mail_program(const mail::Message& message) {
  return std::ranges::any_of(message.fields_of(message.parts[0]), [](const mail::Field& field) {
    return (field.id == mail::FieldName::UserAgent || field.id == mail::FieldName::XMailer) &&
           kMailPrograms.is_in(field.value);
  });
}

bool begins_with_greeting(const ReportText& text) {
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
  if (line.size() > kLongestGreeting || line.ends_with('.')) return false;
  // Programs greet an address.
  if (!find_address(line).text.empty()) return false;
  return std::ranges::any_of(kGreetings,
                             [&](std::string_view word) { return base::istarts_with(line, word); });
}

bool greets_a_group(const ReportText& text) {
  constexpr std::array kGroups = std::to_array<std::string_view>(
      {"team",       "all",      "everyone",    "everybody", "folks",     "colleagues", "guys",
       "zusammen",   "alle",     "kolleginnen", "kollegen",  "runde",     "tous",       "toutes",
       "collègues",  "l'équipe", "l’équipe",    "todos",     "todas",     "equipo",     "compañeros",
       "tutti",      "colleghi", "equipe",      "colegas",   "allemaal",  "collega's",  "collega’s",
       "allesammen", "alla",     "kaikki",      "wszyscy",   "wszystkim", "kolegové",   "všichni",
       "mindenki",   "tuturor",  "всем",        "Всем",      "Коллеги",   "Колеги",     "коллеги",
       "колеги",     "皆さん",   "皆様",        "各位",      "大家",      "여러분"});
  constexpr static WordSet kAnyGroup(kGroups);
  if (text.lines().empty()) return false;
  std::string_view line = text.text_of(text.lines()[0]);
  if (line.size() > kLongestGreeting || line.ends_with('.') || !kAnyGroup.is_in(line)) return false;
  while (!line.empty() && kEndOfGreeting.contains(line.back())) line.remove_suffix(1);
  return std::ranges::any_of(kGroups, [&](std::string_view word) {
    const std::size_t at = base::ifind(line, word);
    if (at == std::string_view::npos) return false;
    const bool is_wide = static_cast<unsigned char>(word.front()) >= 0xE3;  // CJK writes no spaces
    const bool begins = at == 0 || line[at - 1] == ' ';
    const bool ends =
        at + word.size() == line.size() || line[at + word.size()] == ' ' || line[at + word.size()] == ',';
    return is_wide || (begins && ends);
  });
}

bool has_own_topic(const mail::Message& message, std::string_view subject) {
  if (base::trim(subject).empty()) return false;
  return std::ranges::any_of(message.fields_of(message.parts[0]), [&](const mail::Field& field) {
    return field.id == mail::FieldName::Other && base::iequals(field.name, "Thread-Topic") &&
           base::iequals(base::trim(mail::decode_header(field.value)), base::trim(subject));
  });
}

bool has_topic(const mail::Message& message) {
  return std::ranges::any_of(message.fields_of(message.parts[0]), [](const mail::Field& field) {
    return field.id == mail::FieldName::Other && base::iequals(field.name, "Thread-Topic");
  });
}

bool is_calendar_mail(const mail::Message& message) {
  return std::ranges::any_of(message.parts, [&](const mail::Part& part) {
    const bool is_calendar = (base::iequals(part.type, "text") && base::iequals(part.subtype, "calendar")) ||
                             (base::iequals(part.type, "application") && base::iequals(part.subtype, "ics"));
    return is_calendar && !is_inside_message(message, part);
  });
}

}  // namespace backstop::response
