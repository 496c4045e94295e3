// What happened to one transaction, or to one recipient that was refused: a row of the history and a line of
// the log. Texts are safe to show (base::printable). An event never contains message content.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::store {

enum class Direction : std::uint8_t { Inbound, Outbound };
/// What policy wanted; it has the words of policy::Action.
enum class Verdict : std::uint8_t { Accept, Label, Quarantine, Refuse, Defer };
/// What was done.
enum class Done : std::uint8_t { Delivered, Labelled, Quarantined, Refused, Deferred, Failed };

/// How JSON, tables and pages spell them, indexed by enumerator.
inline constexpr std::array<std::string_view, 2> kDirectionNames = {"inbound", "outbound"};
inline constexpr std::array<std::string_view, 5> kVerdictNames = {"accept", "label", "quarantine", "refuse",
                                                                  "defer"};
inline constexpr std::array<std::string_view, 6> kDoneNames = {"delivered", "labelled", "quarantined",
                                                               "refused",   "deferred", "failed"};
constexpr std::string_view name(Direction value) {
  return kDirectionNames[static_cast<std::size_t>(value)];
}
constexpr std::string_view name(Verdict value) {
  return kVerdictNames[static_cast<std::size_t>(value)];
}
constexpr std::string_view name(Done value) {
  return kDoneNames[static_cast<std::size_t>(value)];
}
/// Returns the name of a value, or an empty view if there is no value.
template <typename Word>
constexpr std::string_view name(const std::optional<Word>& value) {
  return value ? name(*value) : std::string_view();
}

/// Sets `value` to the enumerator of that name, or to nullopt if there is none.
void set_by_name(std::string_view name, std::optional<Direction>& value);
void set_by_name(std::string_view name, std::optional<Verdict>& value);
void set_by_name(std::string_view name, std::optional<Done>& value);

/// What policy was told about a response beside the other fields of its event, and which proofs were looked
/// for. With these another policy can be asked (`backstop replay`).
enum class Fact : std::uint8_t {
  ReadyMessages,    ///< mail of the recipient's domain was known to carry watermarks or DKIM signatures
  ReadyTags,        ///< it was known to carry tags
  ReadyDeclared,    ///< both as the configuration declares, and not as was observed
  Relay,            ///< a host of ours brought it
  Tightened,        ///< the mailbox was flooded, and the configuration wants that to count
  SoughtTag,        ///< there were keys, so a tag could be checked
  SoughtWatermark,  ///< there were keys for watermarks
  SoughtDkim,       ///< there were public keys, or they could be looked up
  SoughtLedger,     ///< there was a ledger to ask
  TagsOff,          ///< there were keys, but mail left without tags
};
inline constexpr std::array<std::string_view, 10> kFactNames = {
    "ready-messages", "ready-tags",       "ready-declared", "relay",         "tightened",
    "sought-tag",     "sought-watermark", "sought-dkim",    "sought-ledger", "tags-off"};
constexpr std::string_view name(Fact value) {
  return kFactNames[static_cast<std::size_t>(value)];
}

/// A set of facts.
class Facts {
 public:
  constexpr Facts() = default;
  constexpr Facts(std::initializer_list<Fact> facts) {
    for (const Fact fact : facts) add(fact);
  }
  constexpr void add(Fact fact) { bits_ = static_cast<std::uint16_t>(bits_ | bit(fact)); }
  constexpr void add_if(bool holds, Fact fact) {
    if (holds) add(fact);
  }
  constexpr bool has(Fact fact) const { return (bits_ & bit(fact)) != 0; }

  bool operator==(const Facts&) const = default;

 private:
  static constexpr std::uint16_t bit(Fact fact) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(fact));
  }

  std::uint16_t bits_ = 0;
};

/// Returns the names in the order of the enumerators, with a space between them.
std::string to_words(Facts facts);
/// Words that are no names are left out.
Facts facts_of(std::string_view words);

/// What the name of a finding about the sender of an arriving mail begins with: "auth-spf".
inline constexpr std::string_view kAuthPrefix = "auth-";

/// One finding about the origin (see origin::Evidence), or about the sender (see intake/auth_evidence.h).
struct EventEvidence {
  std::string name;     ///< "tag", "never-sends", "auth-spf"
  std::string finding;  ///< "silent", "hints", "proves", "refutes"; about the sender "pass" and the like
  std::string detail;   ///< one sentence
  std::string level{};  ///< origin::kLevelNames: of a proof "A", "B" or "C"; empty if it is none

  bool operator==(const EventEvidence&) const = default;
};

/// The causes of an event that is about no transaction but about a surge (intake/surge.h).
inline constexpr std::string_view kSurge = "surge";
inline constexpr std::string_view kSurgeOver = "surge-over";

/// The cause of a mail for a recipient that the next hop took in the session, and didn't know later
/// (intake/late_refusal.h). An event of a bounce that leaves has no outcome.
inline constexpr std::string_view kLateUnknown = "late-unknown";

/// The causes of an event about what an operator did with a response that is kept.
inline constexpr std::string_view kOpened = "opened";
inline constexpr std::string_view kReleased = "released";
inline constexpr std::string_view kDeleted = "deleted";

struct Event {
  std::chrono::sys_time<std::chrono::milliseconds> time{};  ///< of the decision
  std::string id;                       ///< of the transaction: as in the Received field and the log
  std::string gateway;                  ///< the name in the configuration
  std::optional<Direction> direction;   ///< nullopt: not known
  std::string client;                   ///< the address of the client
  std::string helo;                     ///< the name that the client gave
  std::string reverse_path;             ///< without brackets; empty: the null sender
  std::vector<std::string> recipients;  ///< as the client gave them
  /// The addresses by which a search finds the event: those above in the form of origin::search_key(). The
  /// history stores them, but a query does not return them.
  std::vector<std::string> addresses;
  std::uint64_t size = 0;  ///< octets of the message that were read
  std::string message_id;  ///< without brackets, or empty
  std::string kind;        ///< response::kKindNames; "none" for ordinary mail; empty if it was not read
  std::string certainty;   ///< response::kCertaintyNames; empty if it is no response
  std::string reporting_mta;
  std::string original_message_id;  ///< without brackets, or empty
  std::vector<EventEvidence> evidence;
  std::string origin;        ///< origin::kResultNames; empty if it is no response
  std::string origin_cause;  ///< origin::kCauseNames: what decided that; empty as above, and in older events
  Facts facts;               ///< empty unless `origin_cause` is set
  std::optional<Verdict> verdict;  ///< nullopt: policy was not asked
  std::string cause;               ///< why, in a word: "missing", "not-ready", "relay-denied", ...
  std::string explanation;         ///< the same in plain words
  std::string tag;    ///< outbound: "key-1", or "none (unknown.example is no domain of ours)"; else empty
  std::string stage;  ///< "observe", "label", "quarantine", "reject"; empty if none applies
  std::optional<Done> done;           ///< nullopt: the event is about no transaction, or it is not known
  std::optional<Verdict> next_stage;  ///< what the next stage would have done; nullopt: there is none
  std::string reply;                  ///< what the client was told, "550 5.7.1 ..."
  std::chrono::milliseconds took{0};  ///< from MAIL to the reply
  bool client_gone = false;  ///< the client left before the reply, so the mail may come a second time
  /// A certain bounce without a proof of its own that has a valid signature of another mailbox of ours. It
  /// counts against the readiness of its recipient's domain (DayCounts::contradictions).
  bool contradiction = false;

  /// True if it says that a surge begins or is over.
  bool is_surge() const { return cause == kSurge || cause == kSurgeOver; }
  /// True for mail with a sender that left without a tag: no answer to it can prove that we sent it.
  bool is_untagged() const { return tag.starts_with("none") && !reverse_path.empty(); }

  bool operator==(const Event&) const = default;
};

/// True for well-formed UTF-8 without NUL. Databases take nothing else as text, and sqlite3's shell cuts text
/// at a NUL.
bool is_sound(std::string_view text);
/// Returns `text` with U+FFFD in place of each NUL and of bytes that are not UTF-8.
std::string sound_text(std::string_view text);

}  // namespace backstop::store
