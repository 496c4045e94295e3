// The quarantine: responses that are kept back, whole, until somebody releases or deletes them or their time
// is over. The held store is a second one: of responses on their way out, of which only the report and the
// headers are kept (docs/held.md). docs/quarantine.md has the format of both. What is said about a response
// and the response itself are encrypted with a key of the ring (store/seal.h); the database alone tells only
// when and how much.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/seal.h"

namespace backstop::store {

/// Which of the two it is. A file of one is never opened as that of the other.
enum class KeptPlace : std::uint8_t { Quarantine, Held };
inline constexpr std::array<std::string_view, 2> kKeptPlaceNames = {"quarantine", "held store"};
constexpr std::string_view name(KeptPlace place) {
  return kKeptPlaceNames[static_cast<std::size_t>(place)];
}

struct QuarantineSettings {
  KeptPlace place = KeptPlace::Quarantine;
  std::string url;                                   ///< "sqlite:PATH"; empty: there is none
  std::chrono::hours keep{14 * 24};                  ///< older ones are deleted
  std::uint64_t most_bytes = 1024ULL * 1024 * 1024;  ///< on the disk; past it nothing more is taken
  bool digest = true;                                ///< owners are told once a day

  bool operator==(const QuarantineSettings&) const = default;
};

/// Returns the settings of a held store, without a url.
inline QuarantineSettings held_settings() {
  return {.place = KeptPlace::Held, .url = {}, .keep = std::chrono::hours{7 * 24}, .digest = false};
}

using KeptTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// What is known of a response that is kept. Texts are as the client gave them: not safe to show.
struct KeptEnvelope {
  std::string id = {};  ///< of the transaction: as in the Received field, the log and the history
  KeptTime time = {};
  std::string gateway = {};                  ///< its name in the configuration
  std::string domain = {};                   ///< of the first recipient
  std::string client = {};                   ///< its address, as Received has it: "[192.0.2.1]"
  std::string reverse_path = {};             ///< without brackets; empty: the null sender
  std::vector<std::string> recipients = {};  ///< as the next hop took them
  bool is_eight_bit = false;                 ///< BODY=8BITMIME (RFC 6152)
  bool is_smtputf8 = false;                  ///< RFC 6531
  std::string kind = {};                     ///< response::kKindNames
  std::string cause = {};                    ///< policy::Cause, by name
  std::string explanation = {};
  std::string reporting_mta = {};
  std::uint64_t size = 0;  ///< octets of the message
  bool is_told = false;    ///< its owners have been told

  bool operator==(const KeptEnvelope&) const = default;
};

struct KeptResponse {
  KeptEnvelope envelope = {};
  std::string message = {};  ///< as the next hop would get it, with our Received field in front
};

struct KeptList {
  std::vector<KeptEnvelope> kept;       ///< newest first
  std::vector<std::string> unreadable;  ///< ids of those that no key opens
  std::string why;                      ///< of the first of these
};

/// Every call waits for the disk, so none is for a session's thread; it waits two seconds for another process
/// that holds the database locked. No call throws. Thread-safe, one call at a time. Other processes may use
/// the same quarantine at the same time.
class Quarantine {
 public:
  static constexpr std::size_t kMostMessage = 260UZ * 1024 * 1024;  ///< bytes

  /// Nobody else can claim the same response while this lives. It ends with its process, however that ends.
  class Claim {
   public:
    virtual ~Claim() = default;
  };

  virtual ~Quarantine() = default;

  /// Returns once the response is on the disk. If there is no room, what is too old by the time of its
  /// envelope is deleted first. Errors: there is one with that id, no room, or the disk fails; then it is not
  /// kept.
  virtual base::Result<void> keep(const KeptResponse& response, const SealKey& key) = 0;

  /// Returns at most `most`. What is older than QuarantineSettings::keep is not there any more, neither here
  /// nor for find().
  virtual base::Result<KeptList> list(std::span<const SealKey> keys, KeptTime now, std::size_t most) = 0;
  /// Returns nullopt if there is none with that id.
  virtual base::Result<std::optional<KeptResponse>> find(std::string_view id, std::span<const SealKey> keys,
                                                         KeptTime now) = 0;
  /// Claims a response that is about to be released, so that of two releases only one hands it over: what
  /// find() returns after this is still to be released. Returns null if somebody else has claimed it, or if
  /// there is none with that id.
  virtual base::Result<std::unique_ptr<Claim>> claim(std::string_view id) = 0;
  /// Returns false if there was none with that id.
  virtual base::Result<bool> remove(std::string_view id) = 0;
  /// Deletes what is too old, and gives its room back to the disk.
  virtual base::Result<void> expire(KeptTime now) = 0;

  /// Returns how many there are that list() would return or could not read.
  virtual base::Result<std::uint64_t> count(KeptTime now) = 0;
  /// Returns the numbers of the keys with which something is encrypted.
  virtual base::Result<std::vector<int>> keys_in_use() = 0;

  /// Returns true if owners are to be told on that day, which is so once a day, and not on the first of all.
  /// The day is on the disk by then, so that no owner is told twice.
  virtual base::Result<bool> begin_digest(std::chrono::sys_days today) = 0;
  /// Marks them as told.
  virtual base::Result<void> set_told(std::span<const std::string> ids) = 0;
};

/// Opens the quarantine; makes its file (mode 0600) if it is missing, and its folder if the folder above that
/// exists. A failure that may pass, such as a full disk, is no error: each call tries again.
base::Result<std::unique_ptr<Quarantine>> open_quarantine(const QuarantineSettings& settings);
/// Opens one that exists.
base::Result<std::unique_ptr<Quarantine>> open_existing_quarantine(const QuarantineSettings& settings);

}  // namespace backstop::store
