// What happened to one transaction, or to one recipient that was refused: a row of the history and a line of
// the log. Plain text values, already safe to show (base::printable); never content of a message.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::store {

/// One finding about the origin; see origin::Evidence.
struct EventEvidence {
  std::string name;     ///< "tag", "never-sends"
  std::string finding;  ///< "silent", "hints", "proves", "refutes"
  std::string detail;   ///< one sentence

  bool operator==(const EventEvidence&) const = default;
};

struct Event {
  std::chrono::sys_time<std::chrono::milliseconds> time{};  ///< when the decision fell
  std::string id;         ///< of the transaction: as in the Received field and the log
  std::string gateway;    ///< the name in the configuration
  std::string direction;  ///< "inbound", "outbound"
  std::string client;     ///< its address
  std::string helo;
  std::string reverse_path;             ///< without brackets; empty: the null sender
  std::vector<std::string> recipients;  ///< as the client gave them
  std::uint64_t size = 0;               ///< octets of the message that were read
  std::string message_id;               ///< without brackets, or empty
  std::string kind;       ///< response::kKindNames; "none" for ordinary mail; empty where it was not read
  std::string certainty;  ///< response::kCertaintyNames; empty for what is no response
  std::string reporting_mta;
  std::string original_message_id;  ///< without brackets, or empty
  std::vector<EventEvidence> evidence;
  std::string origin;       ///< origin::kResultNames; empty for what is no response
  std::string verdict;      ///< policy: "accept", "label", "refuse", "defer"
  std::string reason;       ///< policy's word for why: "bare", "in-grace", "relay-denied", ...
  std::string explanation;  ///< the same in plain words
  std::string tag;    ///< outbound: "key-1", or "none (unknown.example is no domain of ours)"; else empty
  std::string stage;  ///< "observe", "label", "reject"; empty where none applies
  std::string done;   ///< "delivered", "labelled", "refused", "deferred", "failed"
  std::string next_stage;  ///< what the next stage would have done: "accept", "label", "refuse"; empty for
                           ///< the last stage
  std::string reply;       ///< what the client was told, "550 5.7.1 ..."
  std::chrono::milliseconds took{0};  ///< from MAIL to the reply
  bool client_gone = false;           ///< it left before the reply: the mail may come a second time

  /// It left without a tag, and somebody could answer it: nothing will prove that we sent it.
  bool is_untagged() const { return tag.starts_with("none") && !reverse_path.empty(); }

  bool operator==(const Event&) const = default;
};

/// The words of `direction` and `done`.
inline constexpr std::array<std::string_view, 2> kDirectionNames = {"inbound", "outbound"};
inline constexpr std::array<std::string_view, 5> kDoneNames = {"delivered", "labelled", "refused", "deferred",
                                                               "failed"};

}  // namespace backstop::store
