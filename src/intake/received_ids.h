// The ids under which mail came in here, as our own Received fields in a returned header name them (RFC 5321
// 4.4). Pure; thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mail/message.h"
#include "response/response.h"

namespace backstop::intake {

inline constexpr std::size_t kMostReceivedIds = 10;

/// Returns the id in the value of a Received field that `hostname` wrote; empty if another host did, or if it
/// is no id as Worker::next_id() makes it, or a mail server that asks the milter: letters and digits, at most
/// 32. Comments don't count.
std::string_view received_id_of(std::string_view value, std::string_view hostname);

/// Returns those of all blocks, each once, the newest of a block first. Anybody can write a Received field
/// into a mail that he sends, so an id says only which row to ask for.
std::vector<std::string> received_ids_of(std::span<const response::ReturnedBlock> blocks,
                                         std::string_view hostname);
/// The same of the header of a mail itself.
std::vector<std::string> received_ids_of(const mail::Message& header, std::string_view hostname);

}  // namespace backstop::intake
