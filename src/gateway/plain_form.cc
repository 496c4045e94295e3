#include "gateway/plain_form.h"

#include "smtp/stuffing.h"

namespace backstop::gateway {

std::string_view unstuffed(std::string_view bytes, next_hop::MessageForm form, std::string& room) {
  if (form == next_hop::MessageForm::Plain) return bytes;
  if (bytes == ".\r\n" || bytes.ends_with("\n.\r\n")) bytes.remove_suffix(1 + kEndOfData.size());
  if (!bytes.contains("\n.") && !bytes.starts_with('.')) return bytes;
  smtp::Unstuffer unstuffer;
  unstuffer.append(bytes, room);
  return room;
}

}  // namespace backstop::gateway
