#include "response/header_facts.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>

#include "base/text.h"
#include "mail/header_text.h"
#include "response/certified_mail.h"
#include "response/report_phrases.h"

namespace backstop::response {

// What a phrase of the header zones means.
struct HeaderUse {
  enum class What : std::uint8_t {
    Sign,
    FailureSubject,
    DelaySubject,
    DaemonSender,
    MailerDaemon,
    Postmaster
  };
  What what = What::Sign;
  const Sign* sign = nullptr;
};

// Returns a set of the letters of a text, of either case. Other characters share their places, so a text may
// have a phrase only if it has all its places.
std::uint32_t places_of(std::string_view text) {
  std::uint32_t places = 0;
  for (const char c : text) places |= std::uint32_t{1} << (static_cast<unsigned char>(c) % 32);
  return places;
}

// The signs of one field of a header, in the order of their tables.
class FieldSigns {
 public:
  void add(const Sign* sign) {
    signs_.push_back({sign, places_of(sign->phrase)});
    has_phrases_ = has_phrases_ || !sign->phrase.empty();
  }
  // Appends those that the value has.
  void find(std::string_view value, std::vector<const Sign*>& found) const;

 private:
  struct Row {
    const Sign* sign;
    std::uint32_t places;  // of its phrase
  };

  std::vector<Row> signs_;
  bool has_phrases_ = false;
};

// The phrases of the header zones, compiled once, and what each of them means.
struct HeaderPhrases {
  std::vector<std::string_view> phrases;
  std::vector<std::vector<HeaderUse>> uses;
  std::unique_ptr<PhraseSet> set;
  std::array<FieldSigns, mail::kFieldNames.size()> of_field;

  static const HeaderPhrases& get();
};

namespace {

using mail::FieldName;

constexpr auto kIsListField = [] {
  std::array<bool, mail::kFieldNames.size()> table{};
  for (const auto field : kListFields) table[static_cast<std::size_t>(field)] = true;
  return table;
}();

// Names of mail systems in From or the reverse path.
constexpr std::array kDaemonSenders = std::to_array<std::string_view>({
    "mailer-daemon",
    "mailer_daemon",
    "maildaemon",
    "mailerdaemon",
    "mail delivery",
    "mail.delivery.system",
    "mail deliver system",
    "delivery subsystem",
    "delivery system",
    "mdaemon@",
    "uucp@",
    "mail system",
    "fetchmail-daemon",
    "post_master",
    "smtp_mail_service",
    "internet mail service",
    "mail router",
    "imss@",
    "antivirus_for_smtp",
    "ndr administrator",
    "delivery failure",
    "delivery status",
    "delivery notification",
    "microsoft exchange",
    "microsoft outlook",

    "double-bounce@",
    "mailsystem@",
    "mail-system@",
    "surfcontrol",
    "quotaagent",
    "jetmail",

    "mail gateway",
    "email gateway",
    "mail server",
    "mailserver",
    "mail-daemon",
    "smtp gateway",
    "interscan",
    "mailmarshal",
    "system attendant",
});

// Names that count only in the address itself.
constexpr std::array kMailerDaemons =
    std::to_array<std::string_view>({"mailer-daemon", "mailer_daemon", "maildaemon@", "mailerdaemon@",
                                     "mdaemon@", "post_master@", "mail-daemon@"});

constexpr std::array kPostmasters =
    std::to_array<std::string_view>({"postmaster", "administrator", "system administrator",
                                     "mail administrator", "sysadmin", "admin@", "mailadmin@"});

// The parts of a sender. "jo@mailserver.example.net" is not a mail server, and in "Jo Doe, Postmaster" a
// person says what they do.
struct SenderText {
  explicit SenderText(std::string_view sender) {
    name_begin = std::min(sender.find_first_not_of(" \t\""), sender.size());
    const std::size_t at = sender.rfind('@');
    if (at == std::string_view::npos) return;
    const std::size_t before = sender.find_last_of(" \t<(\"", at);
    local_begin = before == std::string_view::npos ? 0 : before + 1;
    domain_begin = at + 1;
    domain_end = std::min(sender.find_first_of(" \t>)\"", at), sender.size());
  }
  bool is_in_domain(std::size_t begin) const { return begin >= domain_begin && begin < domain_end; }
  bool is_in_address(std::size_t begin) const { return begin >= local_begin && begin < domain_end; }
  bool is_role(std::size_t begin) const { return begin == name_begin || is_in_address(begin); }

  std::size_t name_begin = 0;
  std::size_t local_begin = 0;
  std::size_t domain_begin = 0;
  std::size_t domain_end = 0;
};

}  // namespace

const HeaderPhrases& HeaderPhrases::get() {
  static const HeaderPhrases all = [] {
    HeaderPhrases made;
    std::map<std::string_view, std::size_t> ids;
    const auto add = [&](std::string_view phrase, HeaderUse use) {
      const auto [row, is_new] = ids.try_emplace(phrase, made.phrases.size());
      if (is_new) {
        made.phrases.push_back(phrase);
        made.uses.emplace_back();
      }
      made.uses[row->second].push_back(use);
    };
    for (const auto phrase : failure_subjects()) add(phrase, {HeaderUse::What::FailureSubject});
    for (const auto phrase : delay_subjects()) add(phrase, {HeaderUse::What::DelaySubject});
    for (const auto phrase : kDaemonSenders) add(phrase, {HeaderUse::What::DaemonSender});
    for (const auto phrase : kMailerDaemons) add(phrase, {HeaderUse::What::MailerDaemon});
    for (const auto phrase : kPostmasters) add(phrase, {HeaderUse::What::Postmaster});
    for (const auto signs : sign_tables()) {
      for (const auto& sign : signs) {
        if (sign.zone == Zone::Field) made.of_field[static_cast<std::size_t>(sign.field)].add(&sign);
        if (sign.zone != Zone::Field && sign.zone != Zone::Body)
          add(sign.phrase, {HeaderUse::What::Sign, &sign});
      }
    }
    made.set = std::make_unique<PhraseSet>(made.phrases);
    return made;
  }();
  return all;
}

std::vector<std::string_view> header_phrases() {
  return HeaderPhrases::get().phrases;
}

namespace {

// Returns the offset after "Re:", "AW:", "Fwd:" and "[list]" at the start of a subject.
std::size_t subject_start(std::string_view subject, bool& is_reply) {
  constexpr std::array kPrefixes = std::to_array<std::string_view>(
      {"re:",    "fwd:",    "fw:",     "aw:",     "wg:",   "sv:",    "vs:",      "antw:",  "ref:",
       "rif:",   "r:",      "tr:",     "odp:",    "enc:",  "res:",   "rv:",      "ynt:",   "ilt:",
       "vá:",    "vÁ:",     "vb:",     "doorst:", "atb:",  "pd:",    "antwort:", "απ:",    "ΑΠ:",
       "σχετ:",  "ΣΧΕΤ:",   "回复:",   "回复：",  "答复:", "答复：", "回覆:",    "回覆：", "转发:",
       "转发：", "轉寄:",   "轉寄：",  "返信:",   "転送:", "転送：", "fs:",      "tr :",   "továbbítás:",
       "i:",     "пересл:", "ПЕРЕСЛ:", "re：",    "회신:", "전달:",  "fw：",     "fwd："});
  std::size_t at = 0;
  // Every prefix has one of these bytes, so that most subjects need no look at the prefixes.
  const auto is_prefix_byte = [](char c) { return c == ':' || c == '[' || c == '\xEF'; };
  constexpr std::size_t kLongest = 16;
  for (int n = 0; n < 10; ++n) {
    while (at < subject.size() && base::is_space(subject[at])) ++at;
    const std::string_view rest = subject.substr(at);
    if (std::ranges::none_of(rest.substr(0, kLongest), is_prefix_byte)) return at;
    if (rest.starts_with('[')) {
      const std::size_t close = rest.substr(0, 80).find(']');
      if (close == std::string_view::npos) return at;
      at += close + 1;
      continue;
    }
    const char first = base::ascii_lower(rest.front());
    const auto prefix = std::ranges::find_if(
        kPrefixes, [&](std::string_view p) { return p.front() == first && base::istarts_with(rest, p); });
    if (prefix == kPrefixes.end()) return at;
    is_reply = true;
    at += prefix->size();
  }
  return at;
}

}  // namespace

std::string_view without_reply_prefix(std::string_view subject) {
  bool is_reply = false;
  return base::trim(subject.substr(subject_start(subject, is_reply)));
}

namespace {

// Writes the decoded value to `out`, as it is compared. Most values need no decoding.
void decode_into(std::string_view value, std::string& out) {
  const bool is_plain = std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7F && c != '='; });
  if (is_plain) {
    out.assign(value);
  } else {
    out = mail::decode_header(value);
    base::fold_hidden(out);
  }
}

void make_single_spaces(std::string& text) {
  if (text.find("  ") == std::string::npos && text.find('\t') == std::string::npos) return;
  const auto both_space = [](char a, char b) { return base::is_space(a) && base::is_space(b); };
  text.erase(std::ranges::unique(text, both_space).begin(), text.end());
  std::ranges::replace(text, '\t', ' ');
}

// MailScanner puts the name of the site into the name of its field: "X-Example-Org-MailScanner: generated".
// Its templates translate the word. Mail that it scanned has another value.
bool is_mailscanner_mark(const mail::Field& field) {
  static constexpr std::string_view kEnd = "-MailScanner";
  static constexpr std::size_t kMostSpace = 8;
  static constexpr std::size_t kLongest = 16;
  static constexpr std::array kValues = std::to_array<std::string_view>(
      {"generated", "vytvoren",    "vytvořen", "vytvorený",   "généré",  "genere",     "generiert",
       "erzeugt",   "gegenereerd", "generado", "generato",    "gerado",  "gerada",     "genererad",
       "genererat", "genereret",   "generert", "wygenerowan", "generat", "létrehozva", "letrehozva"});
  if (field.value.size() > kLongest + kMostSpace || field.name.size() <= kEnd.size() ||
      !base::iequals(field.name.substr(field.name.size() - kEnd.size()), kEnd))
    return false;
  const std::string_view value = base::trim(field.value);
  return field.value.size() <= value.size() + kMostSpace &&
         std::ranges::any_of(kValues, [&](std::string_view known) { return base::iequals(value, known); });
}

bool says_no(std::string_view value) {
  const std::string_view word = base::trim(value);
  return base::iequals(word, "no") || base::iequals(word, "false") || word == "0";
}

}  // namespace

void FieldSigns::find(std::string_view value, std::vector<const Sign*>& found) const {
  const std::uint32_t places = has_phrases_ ? places_of(value) : 0;
  for (const auto& [sign, needed] : signs_) {
    // "X-Autoreply: no" is no mark.
    const bool is_set = sign->phrase.empty()
                            ? !says_no(value)
                            : (needed & ~places) == 0 && base::icontains(value, sign->phrase);
    if (is_set) found.push_back(sign);
  }
}

HeaderReader::HeaderReader() : phrases_(&HeaderPhrases::get()), scratch_(phrases_->set->make_scratch()) {}

const HeaderFacts& HeaderReader::read(const mail::Message& message, const Envelope& envelope) {
  // The strings and the list keep their memory.
  HeaderFacts fresh;
  std::swap(fresh.from, facts_.from);
  std::swap(fresh.subject, facts_.subject);
  std::swap(fresh.signs, facts_.signs);
  fresh.from.clear();
  fresh.subject.clear();
  fresh.signs.clear();
  facts_ = std::move(fresh);
  const auto fields = message.fields_of(message.parts[0]);
  const mail::Field* return_path = nullptr;
  for (const auto& field : fields) {
    if (field.id == FieldName::Other) {
      facts_.has_mailscanner_mark = facts_.has_mailscanner_mark || is_mailscanner_mark(field);
      if (base::iequals(field.name, "X-Ricevuta")) facts_.certified = certified_action(field.value);
      continue;
    }
    if (field.id == FieldName::ReturnPath && !return_path) return_path = &field;
    read_field(field);
  }
  if (envelope.reverse_path) {
    read_sender(*envelope.reverse_path, true);
  } else {
    read_sender(return_path ? base::trim(return_path->value) : std::string_view{}, return_path != nullptr);
  }
  const auto type = message.parts[0].media_type;
  facts_.is_report = type == mail::MediaType::MultipartReport ||
                     base::icontains(message.parts[0].content_type_parameters, "report-type=");
  return facts_;
}

void HeaderReader::read_sender(std::string_view reverse_path, bool is_known) {
  if (!is_known) return;
  while (reverse_path.starts_with('<')) reverse_path.remove_prefix(1);
  while (reverse_path.ends_with('>')) reverse_path.remove_suffix(1);
  reverse_path = base::trim(reverse_path);
  facts_.is_null_sender = reverse_path.empty() || base::istarts_with(reverse_path, "mailer-daemon");
  // Delivery agents write Return-Path: <MAILER-DAEMON> for the null sender.
  facts_.is_null_path = reverse_path.empty() || base::iequals(reverse_path, "mailer-daemon");
  facts_.is_daemon_path = facts_.is_null_path || base::istarts_with(reverse_path, "mailer-daemon@") ||
                          base::istarts_with(reverse_path, "double-bounce@");
  facts_.is_ordinary_sender = !facts_.is_null_sender && !base::istarts_with(reverse_path, "double-bounce@");
  find_phrases(reverse_path, Zone::ReversePath);
}

void HeaderReader::read_field(const mail::Field& field) {
  facts_.is_list_mail = facts_.is_list_mail || kIsListField[static_cast<std::size_t>(field.id)];
  phrases_->of_field[static_cast<std::size_t>(field.id)].find(field.value, facts_.signs);
  switch (field.id) {
    case FieldName::From:
      if (!facts_.from.empty()) return;
      decode_into(field.value, facts_.from);
      // "From: <>" and "From: Postmaster <>".
      if (field.value.find("<>") != std::string_view::npos) facts_.is_daemon_sender = true;
      find_phrases(facts_.from, Zone::From);
      return;
    case FieldName::Subject:
      if (facts_.subject.empty()) read_subject(field.value);
      return;
    case FieldName::AutoSubmitted:
      facts_.is_auto_replied =
          facts_.is_auto_replied || base::istarts_with(base::trim(field.value), "auto-replied");
      facts_.is_auto_submitted =
          facts_.is_auto_submitted || base::istarts_with(base::trim(field.value), "auto-");
      return;
    case FieldName::InReplyTo:
    case FieldName::References:
      facts_.is_reply = true;
      facts_.has_references = true;
      return;
    case FieldName::XFailedRecipients:
      facts_.has_failed_recipients = true;
      return;
    default:
      return;
  }
}

void HeaderReader::read_subject(std::string_view value) {
  decode_into(value, facts_.subject);
  make_single_spaces(facts_.subject);
  find_phrases(facts_.subject, Zone::Subject);
  facts_.is_reply = facts_.is_reply || facts_.has_reply_subject;
}

void HeaderReader::find_phrases(std::string_view text, Zone zone) {
  phrases_->set->find(text, *scratch_, hits_);
  const std::size_t start = zone == Zone::Subject ? subject_start(text, facts_.has_reply_subject) : 0;
  const std::size_t first = text.find_first_not_of(" \t");
  const bool is_sender = zone != Zone::Subject;
  const SenderText sender(is_sender && !hits_.empty() ? text : std::string_view{});
  if (!is_sender) facts_.own_subject_end = find_own_subject_end(start, first);
  for (const auto& hit : hits_) {
    if (!is_sender && hit.begin >= facts_.own_subject_end) continue;
    for (const auto& use : phrases_->uses[hit.phrase]) {
      switch (use.what) {
        case HeaderUse::What::FailureSubject:
          if (zone == Zone::Subject) {
            facts_.has_failure_subject = true;
            facts_.has_leading_failure_subject = facts_.has_leading_failure_subject || hit.begin <= start + 2;
          }
          break;
        case HeaderUse::What::DelaySubject:
          facts_.has_delay_subject = facts_.has_delay_subject || zone == Zone::Subject;
          break;
        case HeaderUse::What::DaemonSender:
          facts_.is_daemon_sender = facts_.is_daemon_sender || (is_sender && !sender.is_in_domain(hit.begin));
          break;
        case HeaderUse::What::MailerDaemon:
          facts_.is_mailer_daemon =
              facts_.is_mailer_daemon ||
              (zone == Zone::From && sender.is_in_address(hit.begin) && !sender.is_in_domain(hit.begin));
          break;
        case HeaderUse::What::Postmaster:
          facts_.is_postmaster = facts_.is_postmaster || (zone == Zone::From && sender.is_role(hit.begin) &&
                                                          !sender.is_in_domain(hit.begin));
          break;
        case HeaderUse::What::Sign: {
          // "sales@knowspam.net" in the display name is nobody's address.
          const bool is_displayed =
              zone == Zone::From && use.sign->phrase.contains('@') && !sender.is_in_address(hit.begin);
          if (is_displayed) break;
          const bool fits =
              use.sign->zone == zone ||
              (zone == Zone::Subject && use.sign->zone == Zone::SubjectStart && hit.begin == start) ||
              (zone == Zone::Subject && use.sign->zone == Zone::SubjectFirst && hit.begin == first);
          if (fits) facts_.signs.push_back(use.sign);
          break;
        }
      }
    }
  }
}

std::size_t HeaderReader::find_own_subject_end(std::size_t start, std::size_t first) const {
  constexpr std::size_t kLongestRest = 40;  // of what comes before the colon, as in "d'absence du bureau"
  constexpr std::string_view kWideColon = "：";
  // After the colon, these say themselves what happened: "Returned mail: user unknown".
  constexpr std::array kGoOn = std::to_array<std::string_view>({"returned mail", "notification", "report"});
  const std::string_view subject = facts_.subject;
  std::size_t end = subject.size();
  for (const auto& hit : hits_) {
    if (hit.begin != start && hit.begin != first) continue;
    const std::string_view phrase = phrases_->phrases[hit.phrase];
    const bool goes_on =
        std::ranges::any_of(kGoOn, [&](std::string_view word) { return phrase.contains(word); });
    const bool is_prefix = std::ranges::any_of(phrases_->uses[hit.phrase], [&](const HeaderUse& use) {
      if (use.what == HeaderUse::What::FailureSubject) return hit.begin == start && !goes_on;
      return use.what == HeaderUse::What::Sign && use.sign->zone == Zone::SubjectFirst &&
             (use.sign->kind == Kind::AutoReply || use.sign->kind == Kind::Mdn) && hit.begin == first;
    });
    if (!is_prefix) continue;
    // The phrase may have the colon itself.
    const std::size_t after =
        std::max(first, hit.begin + phrase.size() - std::min<std::size_t>(2, phrase.size()));
    const std::string_view rest = subject.substr(std::min(after, subject.size()), kLongestRest);
    const std::size_t wide = rest.find(kWideColon);
    const std::size_t colon = std::min(rest.find(':'), wide);
    if (colon == std::string_view::npos) continue;
    end = std::min(end, after + colon + (colon == wide ? kWideColon.size() : 1));
  }
  return end;
}

bool can_be_response(const HeaderFacts& facts) {
  return facts.is_null_sender || facts.is_daemon_sender || facts.is_report || facts.is_auto_replied ||
         facts.has_failed_recipients || facts.has_mailscanner_mark || facts.has_failure_subject ||
         facts.certified != Action::None || facts.has_delay_subject || facts.is_postmaster ||
         std::ranges::any_of(facts.signs, [&](const Sign* sign) {
           // The null sender, which this needs, is enough by itself.
           if (sign->strength == Strength::ProgramNullSender) return false;
           return !facts.is_list_mail || (sign->strength != Strength::MachineMarkOffList &&
                                          sign->strength != Strength::ProgramOffList);
         });
}

}  // namespace backstop::response
