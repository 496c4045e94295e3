// The packets of a mail server to a filter: no bytes break the codec, a packet that is written again is the
// same, and the phase never leaves its table.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "milter/event.h"
#include "milter/macros.h"
#include "milter/negotiation.h"
#include "milter/packet.h"
#include "milter/session_state.h"

namespace {

using namespace backstop;
using namespace backstop::milter;

void require(bool holds) {
  if (!holds) std::abort();
}

template <typename T>
bool is_sound(const base::Result<T>& result) {
  if (result) return true;
  const std::string& message = result.error().message;
  require(!message.empty() && base::is_utf8(message) && !message.contains('\n'));
  return false;
}

void check_connect(std::string_view data) {
  const auto connect = parse_connect(data);
  if (!is_sound(connect)) return;
  require(!connect->host.contains('\0') && !connect->address.contains('\0'));
  require(std::string_view("46LU").contains(connect->family));
}

void check_path(std::string_view data) {
  const auto path = parse_path(data);
  if (!is_sound(path)) return;
  require(path->parameters.size() <= kMostParameters);
  std::string again(path->path);
  again += '\0';
  for (const std::string_view parameter : path->parameters) {
    again += parameter;
    again += '\0';
  }
  require(again == data);
}

void check_header(std::string_view data) {
  const auto field = parse_header(data);
  if (!is_sound(field)) return;
  require(data.size() == field->name.size() + field->value.size() + 2);
}

void check_negotiation(std::string_view data) {
  const auto offered = parse_negotiation(data);
  if (!is_sound(offered)) return;
  const auto agreed = agree(*offered, {.needed = 1, .actions = 0x1ff, .steps = 0x1fffff});
  if (!is_sound(agreed)) return;
  require(offered->may(agreed->actions) && offered->has(agreed->steps));
  require(agreed->version >= 2 && agreed->version <= kVersion);
}

void check_data(const Packet& packet, Macros& macros) {
  switch (packet.letter) {
    case 'O':
      return check_negotiation(packet.data);
    case 'C':
      return check_connect(packet.data);
    case 'M':
    case 'R':
      return check_path(packet.data);
    case 'L':
      return check_header(packet.data);
    case 'D':
      return void(is_sound(macros.take(packet.data)));
    default:
      return void(is_sound(parse_text(packet.data)));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Phase phase = Phase::Start;
  Macros macros;
  while (true) {
    const auto parse = parse_packet(bytes);
    if (!is_sound(parse) || !parse->packet) return 0;
    const Packet packet = *parse->packet;
    std::string again;
    append_packet(packet.letter, {packet.data}, again);
    require(again == bytes.substr(0, parse->size));
    bytes.remove_prefix(parse->size);
    const Phase before = phase;
    const auto moved = move_on(phase, packet.letter);
    if (!is_sound(moved)) {
      require(phase == before);
      return 0;
    }
    require((*moved == Implied::Abort) <= is_in_message(before));
    if (*moved == Implied::Abort) macros.end_message();
    check_data(packet, macros);
    require(macros.find("i").size() <= Macros::kMostOctets);
  }
}
