// The socketmap protocol, by which Postfix and Sendmail look a name up in a table that another program has
// (socketmap_table(5)): each request and each answer is a netstring, "10:map ann@x.y,". A request is the
// name of a map, a space and the key. Pure; thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "intake/site.h"

namespace backstop::filter {

/// The most octets of a request. Postfix and Sendmail would take 100,000, but no address has as many.
inline constexpr std::size_t kMostMapRequest = 4096;

struct MapRequest {
  std::string_view map;  ///< of the bytes that were parsed
  std::string_view key;  ///< may be empty
};

struct MapRequestParse {
  std::optional<MapRequest> request{};  ///< nullopt: more bytes are needed, or `has_key` is false
  std::size_t size = 0;                 ///< of the whole netstring; 0: more bytes are needed
  bool has_key = true;                  ///< false: there is no space, so it is no request
};

/// Reads the request at the start of `bytes`. Returns an error if it is no netstring, or has more than
/// kMostMapRequest octets: then the peer doesn't speak this protocol, and the connection must be closed.
base::Result<MapRequestParse> parse_map_request(std::string_view bytes);

enum class MapStatus : std::uint8_t {
  Found,     ///< "OK value"
  NotFound,  ///< "NOTFOUND "
  Later,     ///< "TEMP reason": the look-up may succeed another time
  Never,     ///< "PERM reason": the request is wrong
};

struct MapAnswer {
  MapStatus status = MapStatus::NotFound;
  std::string text = {};  ///< the value or the reason; none with NotFound

  bool operator==(const MapAnswer&) const = default;
};

void append_map_answer(const MapAnswer& answer, std::string& out);

/// Returns the address without its tag if the tag is ours and good or stale, and the domain is ours; NotFound
/// for every other key. So the mail server knows a recipient with such a tag by its mailbox, and refuses a
/// bad tag as an unknown user. `key` may be any text.
MapAnswer look_up_tagged(std::string_view key, const intake::Site& site, std::chrono::sys_days today);

}  // namespace backstop::filter
