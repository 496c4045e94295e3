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
constexpr std::string_view kBetweenNames = " .,_+-\"'()/";

bool is_letter_byte(char c) {
  return base::is_alpha(c) || static_cast<unsigned char>(c) >= 0x80;
}

// Calls `take` with each name of at least two bytes until it returns true, and returns whether one did.
template <typename Take>
bool any_name(std::string_view names, Take take) {
  constexpr std::size_t kShortest = 2;
  constexpr std::size_t kMost = 8;
  for (std::size_t count = 0; !names.empty() && count < kMost; ++count) {
    const std::size_t begin = names.find_first_not_of(kBetweenNames);
    if (begin == std::string_view::npos) return false;
    names.remove_prefix(begin);
    const std::string_view name = names.substr(0, names.find_first_of(kBetweenNames));
    names.remove_prefix(name.size());
    if (name.size() >= kShortest && std::ranges::all_of(name, is_letter_byte) && take(name)) return true;
  }
  return false;
}

// Returns whether the name is that of a role or of a program.
bool is_roles_name(std::string_view name) {
  constexpr static WordSet kRoles(std::to_array<std::string_view>(
      {"master",  "admin",   "system",  "daemon",    "deliver",  "support", "service",  "team",
       "office",  "desk",    "list",    "server",    "notif",    "robot",   "virus",    "spam",
       "filter",  "scan",    "secur",   "gateway",   "sympa",    "majord",  "moderat",  "owner",
       "request", "info",    "noreply", "reply",     "auto",     "report",  "postmast", "postfix",
       "control", "protect", "gwava",   "barracuda", "symantec", "relay",   "smtp",     "exim",
       "qmail",   "error",   "bounce",  "fail",      "return",   "monitor", "alert",    "quarant"}));
  return base::istarts_with(name, "mail") || kRoles.is_in(name);
}

// Each is the start of a line. Only ASCII letters match in both cases.
constexpr std::array kGreetings = std::to_array<std::string_view>(
    {"hi",           "hello",        "hey",         "dear",       "good ",        "hallo",
     "guten ",       "sehr geehrte", "liebe",       "moin",       "servus",       "bonjour",
     "bonsoir",      "salut",        "chère",       "cher ",      "madame",       "hola",
     "buenos ",      "buenas ",      "estimad",     "ciao",       "buongiorno",   "buonasera",
     "gentile",      "olá",          "bom dia",     "boa tarde",  "boa noite",    "prezad",
     "caro ",        "cara ",        "beste",       "geachte",    "goedemorgen",  "goedemiddag",
     "goedenavond",  "goedendag",    "hej",         "bästa ",     "kära ",        "kære ",
     "kjære ",       "god dag",      "god morgen",  "hei ",       "hei,",         "hei!",
     "moi ",         "moi,",         "moikka",      "terve ",     "terve,",       "hyvä ",
     "hyvää ",       "arvoisa ",     "tere ",       "tere,",      "lugupeetud",   "dzień dobry",
     "szanown",      "witam",        "cześć",       "drogi ",     "droga ",       "dobrý den",
     "dobrý deň",    "dobré ráno",   "dobrý večer", "vážen",      "ahoj",         "milý ",
     "milá ",        "poštovan",     "dobar dan",   "zdravo",     "spoštovan",    "pozdravljen",
     "živjo",        "dober dan",    "tisztelt",    "kedves ",    "szia",         "jó napot",
     "bună ",        "buna ziua",    "stimat",      "dragă ",     "merhaba",      "sayın",
     "selam",        "iyi günler",   "değerli ",    "labdien",    "sveik",        "laba diena",
     "gerb.",        "benvolg",      "bon dia",     "xin chào",   "chào ",        "kính gửi",
     "yth.",         "selamat ",     "góðan ",      "kæri ",      "kæra ",        "përshëndetje",
     "colleagues",   "folks",        "all,",        "team,",      "Здравствуй",   "здравствуй",
     "Добрый ",      "добрый ",      "Доброе ",     "доброе ",    "Доброго ",     "доброго ",
     "Привет",       "привет",       "Уважаем",     "уважаем",    "Дорог",        "дорог",
     "Коллеги",      "коллеги",      "Господа",     "Вітаю",      "вітаю",        "Привіт",
     "привіт",       "Шановн",       "шановн",      "Добрий ",    "добрий ",      "Добридень",
     "Вельмишановн", "Здравей",      "здравей",     "Добър ",     "добър ",       "Скъп",
     "Добро утро",   "Поштован",     "поштован",    "Здраво",     "Добар дан",    "Почитуван",
     "Паважан",      "Прывітанне",   "Добры ",      "Сәлем",      "Құрметті",     "Γεια",
     "γεια",         "Καλημέρα",     "καλημέρα",    "Καλησπέρα",  "καλησπέρα",    "Αγαπητ",
     "αγαπητ",       "Αξιότιμ",      "Χαίρετε",     "Χαιρετ",     "Κύριε",        "Κυρία",
     "Κύριοι",       "שלום",         "היי",         "בוקר טוב",   "ערב טוב",      "السلام عليكم",
     "مرحبا",        "عزيزي",        "عزيزتي",      "تحية طيبة",  "سلام",         "با سلام",
     "नमस्ते",         "नमस्कार",       "สวัสดี",        "こんにちは", "お世話になっ", "いつもお世話",
     "お疲れ様",     "おはよう",     "你好",        "您好",       "大家好",       "各位",
     "안녕하"});

// Returns how many characters the line has.
std::size_t letters_of(std::string_view line) {
  return static_cast<std::size_t>(
      std::ranges::count_if(line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

bool has_mail_program(const mail::Message& message) {
  return std::ranges::any_of(message.fields_of(message.parts[0]), [](const mail::Field& field) {
    return (field.id == mail::FieldName::UserAgent || field.id == mail::FieldName::XMailer) &&
           kMailPrograms.is_in(field.value);
  });
}

bool begins_with_greeting(const ReportText& text) {
  const auto& lines = text.lines();
  if (lines.empty()) return false;
  // OpenSMTPD greets, too.
  if (lines.size() > 1 && base::istarts_with(text.text_of(lines[1]), "this is the mailer-daemon"))
    return false;
  const std::string_view line = text.text_of(lines[0]);
  if (line.size() > 2 * kLongestGreeting || letters_of(line) > kLongestGreeting || line.ends_with('.'))
    return false;
  // Programs greet an address.
  if (!find_address(line).text.empty()) return false;
  return std::ranges::any_of(kGreetings,
                             [&](std::string_view word) { return base::istarts_with(line, word); });
}

bool greets_reader_by_name(const mail::Message& message, const ReportText& text) {
  constexpr std::size_t kMostReaders = 200;
  if (!begins_with_greeting(text)) return false;
  const std::string_view line = text.text_of(text.lines()[0]);
  const std::string to =
      mail::decode_header(message.value(message.parts[0], mail::FieldName::To).substr(0, kMostReaders));
  const std::string_view readers = std::string_view(to).substr(0, to.rfind('@'));
  return any_name(readers, [&](std::string_view name) {
    if (is_roles_name(name)) return false;
    for (std::size_t at = base::ifind(line, name); at != std::string_view::npos && at > 0;) {
      const bool ends = at + name.size() == line.size() || !is_letter_byte(line[at + name.size()]);
      if (!is_letter_byte(line[at - 1]) && ends) return true;
      const std::size_t next = base::ifind(line.substr(at + 1), name);
      if (next == std::string_view::npos) break;
      at += 1 + next;
    }
    return false;
  });
}

bool begins_with_readers_name(const mail::Message& message, const ReportText& text) {
  if (text.lines().empty()) return false;
  const std::string_view line = text.text_of(text.lines()[0]);
  constexpr std::size_t kMostReaders = 200;
  const std::string to =
      mail::decode_header(message.value(message.parts[0], mail::FieldName::To).substr(0, kMostReaders));
  const std::string_view readers = std::string_view(to).substr(0, to.rfind('@'));
  return any_name(readers, [&](std::string_view name) {
    if (is_roles_name(name) || !base::istarts_with(line, name)) return false;
    return line.size() == name.size() || line[name.size()] == ',' || line[name.size()] == '!' ||
           line.substr(name.size()).starts_with(" -");
  });
}

bool ends_with_writers_name(std::string_view from, const ReportText& text) {
  constexpr std::size_t kMostLines = 3;  // "Bob", "moderator of the list", "-- "
  constexpr std::size_t kLongest = 40;
  const std::string_view display = from.substr(0, from.find('<'));
  if (display.size() == from.size() || display.contains('@')) return false;
  const std::size_t end = std::min(text.footer(), text.lines().size());
  const std::size_t begin = end - std::min(end, kMostLines);
  return any_name(display, [&](std::string_view name) {
    if (is_roles_name(name)) return false;
    for (std::size_t i = begin; i < end; ++i) {
      std::string_view line = text.text_of(text.lines()[i]);
      if (line.size() <= kLongest && base::istarts_with(line, name) &&
          (line.size() == name.size() || !is_letter_byte(line[name.size()])) &&
          line.find_first_of("@<>:") == std::string_view::npos)
        return true;
      if (i + 1 != end || line.size() <= name.size()) continue;
      while (!line.empty() && kBetweenNames.contains(line.back())) line.remove_suffix(1);
      if (line.size() > name.size() && base::iequals(line.substr(line.size() - name.size()), name) &&
          line[line.size() - name.size() - 1] == ' ')
        return true;
    }
    return false;
  });
}

bool is_persons_address(std::string_view from) {
  const std::size_t bracket = from.find('<');
  const std::size_t at = from.rfind('@');
  if (bracket == std::string_view::npos || at == std::string_view::npos || at < bracket) return false;
  const std::string_view local = from.substr(bracket + 1, at - bracket - 1);
  constexpr std::size_t kShort = 3;  // "jo" is in many words
  return !is_roles_name(local) && any_name(from.substr(0, bracket), [&](std::string_view name) {
    if (is_roles_name(name)) return false;
    if (name.size() >= kShort) return base::icontains(local, name);
    return any_name(local, [&](std::string_view part) { return base::iequals(part, name); });
  });
}

bool is_letter(const mail::Message& message, std::string_view from, const ReportText& text) {
  return begins_with_greeting(text) || begins_with_readers_name(message, text) ||
         ends_with_writers_name(from, text);
}

bool offers_to_unsubscribe(const ReportText& text) {
  constexpr std::size_t kEnd = 1000;
  constexpr static WordSet kWords(std::to_array<std::string_view>({"unsubscribe",
                                                                   "opt out",
                                                                   "opt-out",
                                                                   "manage your preferences",
                                                                   "email preferences",
                                                                   "abbestellen",
                                                                   "abmelden",
                                                                   "austragen",
                                                                   "newsletter abzubestellen",
                                                                   "désabonn",
                                                                   "désinscri",
                                                                   "darse de baja",
                                                                   "cancelar la suscripción",
                                                                   "cancelar a subscrição",
                                                                   "disiscri",
                                                                   "annulla l'iscrizione",
                                                                   "afmelden",
                                                                   "uitschrijven",
                                                                   "avregistrera",
                                                                   "avsluta prenumeration",
                                                                   "afmeld",
                                                                   "meld deg av",
                                                                   "peruuta tilaus",
                                                                   "wypisz",
                                                                   "wypisać",
                                                                   "rezygnacj",
                                                                   "odhlásit",
                                                                   "leiratkoz",
                                                                   "dezabon",
                                                                   "тписаться",
                                                                   "ідписатися",
                                                                   "配信停止",
                                                                   "退订",
                                                                   "退訂",
                                                                   "取消订阅",
                                                                   "수신거부",
                                                                   "수신 거부"}));
  const std::string_view flat = text.flat();
  return kWords.is_in(flat.substr(flat.size() - std::min(flat.size(), kEnd)));
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

bool is_of_tracker(const mail::Message& message) {
  constexpr std::array kPrefixes = std::to_array<std::string_view>(
      {"X-JIRA-", "X-Redmine-", "X-GitHub-", "X-GitLab-", "X-Gitea-", "X-Forgejo-", "X-Gerrit-",
       "X-Phabricator-", "X-YouTrack-", "X-Mantis-", "X-Roundup-", "X-Bugzilla-", "X-Trac-", "X-Launchpad-",
       "X-Atlassian-", "X-Confluence-", "X-Asana-", "X-Trello-", "X-SourceForge-"});
  return std::ranges::any_of(message.fields_of(message.parts[0]), [&](const mail::Field& field) {
    return std::ranges::any_of(
        kPrefixes, [&](std::string_view prefix) { return base::istarts_with(field.name, prefix); });
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
