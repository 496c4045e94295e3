#include "gateway/speaker.h"

#include <algorithm>

namespace backstop::gateway {

namespace {

constexpr int kClosing = 421;

}  // namespace

void Speaker::end(SessionEnd end) {
  end_ = std::max(end_, end);
}

void Speaker::count(int code) {
  patience_.reply(code);
  if (code == kClosing) end(SessionEnd::Closing);
}

void Speaker::say(const smtp::Reply& reply) {
  smtp::append_reply(reply, connection_.output());
  count(reply.code);
}

void Speaker::say(int code, std::string_view status, std::string_view text) {
  smtp::append_reply(code, status, text, connection_.output());
  count(code);
}

void Speaker::say_to_recipient(const smtp::Reply& reply, bool is_excused) {
  smtp::append_reply(reply, connection_.output());
  patience_.recipient(reply.code, is_excused);
  if (reply.code == kClosing) end(SessionEnd::Closing);
}

void Speaker::end_with(const smtp::Reply& last, SessionEnd end) {
  say(last);
  this->end(end);
}

}  // namespace backstop::gateway
